// Pictures and videos in, fingerprints out, all on this device. The page may open no connection and this file tries
// none: files are read by workers, results stand in the page until it is closed, and a list is saved or kept in the
// case only when somebody presses the button for it.
(() => {
  const tool = document.querySelector("[data-fingerprint]");
  if (!tool || !window.Worker || !window.OffscreenCanvas || !window.createImageBitmap) return;
  const find = (name) => tool.querySelector(`[data-fingerprint-${name}]`);
  const [input, bar, says, stop, list, after, model] =
    ["files", "bar", "says", "stop", "list", "after", "entry"].map(find);
  const words = says.dataset;
  const AT_ONCE = Math.max(1, Math.min(2, (navigator.hardwareConcurrency || 2)));
  const MOST_FRAMES = 60; // of one video; one a second, further apart in a longer one
  const FRAME_MS = 15000; // a frame that takes longer will not come
  const GOOD = 50; // below this quality a fingerprint of a picture finds too much that is something else
  const MOST_SENT = 350000; // signs of one list that a case takes at a time
  const source = new URL("fingerprint-worker.js", document.currentScript.src);
  const found = [];
  const waiting = [];
  let workers = [];
  let begun = 0;
  let ended = 0;
  const shares = new Map(); // how far each worker is with its file
  let turn = 0; // rises when somebody presses Stop, so that what was under way is forgotten

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function say(text) {
    says.textContent = text;
  }

  function ask(worker, task, move, onShare) {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.share) onShare?.(data.share);
        else if (data.failed) reject(new Error("unreadable"));
        else resolve(data.done);
      };
      worker.onerror = () => reject(new Error("worker"));
      worker.postMessage(task, move);
    });
  }

  function waitFor(video, name) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("late")), FRAME_MS);
      const finish = (act) => () => {
        clearTimeout(late);
        act();
      };
      video.addEventListener(name, finish(resolve), { once: true });
      video.addEventListener("error", finish(() => reject(new Error("video"))), { once: true });
    });
  }

  async function seek(video, seconds) {
    const arrived = waitFor(video, "seeked");
    video.currentTime = seconds;
    await arrived;
  }

  // A recording that was never closed properly says no length until somebody has gone to its end.
  async function measureLength(video) {
    if (Number.isFinite(video.duration)) return video.duration;
    await seek(video, 1e7);
    return Number.isFinite(video.duration) ? video.duration : video.currentTime;
  }

  async function readFrames(worker, file, isOver, onShare) {
    const video = document.createElement("video");
    const address = URL.createObjectURL(file);
    const frames = [];
    try {
      video.muted = true;
      video.preload = "auto";
      const ready = waitFor(video, "loadeddata");
      video.src = address;
      await ready;
      const length = await measureLength(video);
      const step = Math.max(1, length / MOST_FRAMES);
      for (let at = 0; at < Math.max(length, 0.001) && frames.length < MOST_FRAMES && !isOver(); at += step) {
        await seek(video, at);
        const frame = await createImageBitmap(video);
        const { pdq, quality } = await ask(worker, { frame }, [frame]);
        frames.push({ pdq, quality, at: Math.round(at * 10) / 10 });
        onShare(Math.min(1, at / length));
      }
    } catch {
      return frames; // what this browser could open of it; the digests of the file are there all the same
    } finally {
      video.removeAttribute("src");
      video.load();
      URL.revokeObjectURL(address);
    }
    return frames;
  }

  async function readFile(worker, file, isOver, onShare) {
    const isVideo = file.type.startsWith("video/");
    const { md5, sha256, picture } = await ask(worker, { file, isVideo }, [], (share) => onShare(share / 2));
    const pictures = isVideo
      ? await readFrames(worker, file, isOver, (share) => onShare(0.5 + share / 2))
      : picture && [{ pdq: picture.pdq, quality: picture.quality, at: 0 }];
    return { media: isVideo ? "video" : "photo", md5, sha256, pictures: pictures ?? [], size: picture };
  }

  function describe(one) {
    if (!one.pictures.length) return words.noPicture;
    if (one.media === "video") return fill(words.frames, { count: one.pictures.length });
    const text = one.pictures[0].quality < GOOD ? words.weak : words.good;
    return fill(text, { quality: one.pictures[0].quality, width: one.size.width, height: one.size.height });
  }

  function show(name, about, one) {
    const entry = model.content.cloneNode(true);
    entry.querySelector("[data-name]").textContent = name;
    entry.querySelector("[data-about]").textContent = about;
    const details = entry.querySelector("details");
    if (!one) {
      details.remove();
    } else {
      const codes = [["SHA-256", one.sha256], ["MD5", one.md5], ...one.pictures.map(({ pdq, at }) =>
        [one.media === "video" ? fill(words.second, { at }) : "PDQ", pdq])];
      for (const [label, code] of codes) {
        const [term, value] = [document.createElement("dt"), document.createElement("dd")];
        [term.textContent, value.textContent] = [label, code];
        details.querySelector("dl").append(term, value);
      }
    }
    list.append(entry);
  }

  function tellHowFar() {
    const isDone = ended === begun;
    bar.max = begun || 1;
    bar.value = [...shares.values()].reduce((sum, share) => sum + share, ended);
    bar.hidden = stop.hidden = isDone;
    after.hidden = !(isDone && found.length);
    say(fill(isDone ? words.done : words.working, { done: ended, all: begun, made: found.length }));
  }

  async function work(worker, mine) {
    const isOver = () => mine !== turn;
    while (waiting.length && !isOver()) {
      const file = waiting.shift();
      try {
        const one = await readFile(worker, file, isOver, (share) => {
          shares.set(worker, share);
          tellHowFar();
        });
        if (isOver()) return;
        if (found.some(({ sha256 }) => sha256 === one.sha256)) {
          show(file.name, words.twice);
        } else {
          found.push(one);
          show(file.name, describe(one), one);
        }
      } catch {
        if (isOver()) return;
        show(file.name, words.failed);
      }
      shares.delete(worker);
      ended += 1;
      tellHowFar();
    }
    if (isOver()) return;
    worker.terminate();
    workers = workers.filter((each) => each !== worker);
  }

  function begin(files) {
    waiting.push(...files);
    begun += files.length;
    tellHowFar();
    while (workers.length < Math.min(AT_ONCE, waiting.length)) {
      const worker = new Worker(source);
      workers.push(worker);
      work(worker, turn);
    }
  }

  function halt() {
    turn += 1;
    for (const worker of workers) worker.terminate();
    workers = [];
    waiting.length = 0;
    shares.clear();
    begun = ended;
    tellHowFar();
    if (!found.length) say(words.stopped);
    input.focus();
  }

  // One line a fingerprint. Names of files stand in no list: they often say who or when.
  function listSignals() {
    return found.flatMap((one, index) => {
      const file = { file: index + 1, media: one.media };
      const isVideo = one.media === "video";
      return [
        { type: "HASH_SHA256", indicator: one.sha256, ...file },
        { type: isVideo ? "HASH_VIDEO_MD5" : "HASH_MD5", indicator: one.md5, ...file },
        ...one.pictures.map(({ pdq, quality, at }) =>
          ({ type: "HASH_PDQ", indicator: pdq, ...file, quality, ...(isVideo ? { seconds: at } : {}) })),
      ];
    });
  }

  const FORMS = {
    csv: ["text/csv", () => {
      const names = ["type", "indicator", "file", "media", "quality", "seconds"];
      const rows = listSignals().map((signal) => names.map((name) => signal[name] ?? "").join(","));
      return [names.join(","), ...rows, ""].join("\r\n");
    }],
    json: ["application/json", () => JSON.stringify({
      data: listSignals().map(({ type, indicator, file, media, quality, seconds }) => ({
        type,
        indicator,
        tags: [`media:${media}`, `file:${file}`]
          .concat(quality === undefined ? [] : [`quality:${quality}`])
          .concat(seconds === undefined ? [] : [`seconds:${seconds}`]),
      })),
    }, null, 1)],
  };

  function save(kind) {
    const [type, write] = FORMS[kind];
    const address = URL.createObjectURL(new Blob([write()], { type }));
    const link = Object.assign(document.createElement("a"), { href: address, download: `list.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) begin(files);
  });
  stop.addEventListener("click", halt);
  for (const button of tool.querySelectorAll("[data-fingerprint-save]")) {
    button.addEventListener("click", () => save(button.dataset.fingerprintSave));
  }
  const keep = find("keep");
  keep?.addEventListener("submit", (event) => {
    const files = found.map(({ media, md5, sha256, pictures }) => ({ media, md5, sha256, pictures }));
    const text = JSON.stringify(files);
    if (!found.length || text.length > MOST_SENT) {
      event.preventDefault();
      say(words.tooMuch);
      return;
    }
    keep.elements.fingerprints.value = text;
  });
  // A page that comes back from the browser's memory shows nothing of what was chosen.
  window.addEventListener("pagehide", () => {
    for (const worker of workers) worker.terminate();
    list.replaceChildren();
    found.length = 0;
  });
  tool.hidden = false;
  document.querySelector("[data-fingerprint-without]")?.remove();
})();
