// A passkey in place of a code, where the browser can. Without this file its part of the page stays hidden.
(() => {
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const readList = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

  const create = async (options) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        user: { ...options.user, id: toBytes(options.user.id) },
        excludeCredentials: readList(options.excludeCredentials),
      },
    });
    return describe(made, {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
    });
  };

  const get = async (options) => {
    const found = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        allowCredentials: readList(options.allowCredentials),
      },
    });
    return describe(found, {
      clientDataJSON: toText(found.response.clientDataJSON),
      authenticatorData: toText(found.response.authenticatorData),
      signature: toText(found.response.signature),
      userHandle: found.response.userHandle ? toText(found.response.userHandle) : null,
    });
  };

  const describe = (credential, response) =>
    JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });

  const isBareAddress = /^[\d.]+$|^\[/.test(location.hostname); // browsers bind a passkey to a name
  if (!window.PublicKeyCredential || isBareAddress) return;
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    place.querySelector("button").addEventListener("click", async () => {
      try {
        const options = JSON.parse(place.dataset.options);
        const answer = await (place.dataset.passkey === "create" ? create(options) : get(options));
        place.querySelector("input[name=second_passkey]").value = answer;
        place.closest("form").submit();
      } catch {
        place.querySelector("[role=status]").textContent = place.dataset.failed;
      }
    });
  }
})();
