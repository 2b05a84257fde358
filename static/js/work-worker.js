// Tries one number after another until the derived key begins as asked: PBKDF2 of nonce and number, as altcha does it.
const AT_ONCE = 64;

function readHex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function writeHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function tryNumber(parameters, nonce, salt, counter) {
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
  const derivedKey = writeHex(new Uint8Array(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8)));
  return { counter, derivedKey };
}

async function solve(parameters) {
  const nonce = readHex(parameters.nonce);
  const salt = readHex(parameters.salt);
  for (let first = 0; ; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    const tried = await Promise.all(numbers.map((counter) => tryNumber(parameters, nonce, salt, counter)));
    const found = tried.find((one) => one.derivedKey.startsWith(parameters.keyPrefix));
    if (found) return found;
  }
}

self.addEventListener("message", async (event) => {
  self.postMessage(await solve(event.data));
});
