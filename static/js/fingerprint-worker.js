// Makes the fingerprints of one file or of one frame at a time, beside the page. What it is given stays in memory and
// goes nowhere: the policy that this file comes with lets it open no connection at all.
importScripts("pdq.js", "file-digests.js");

const STRIP = 256; // rows that are read at a time, so that a large picture is not in memory a second time
const PIECE = 4 * 1024 * 1024;
const AT_ONCE = 64 * 1024 * 1024; // up to here the browser's own SHA-256 is used, which needs the whole file
// As the picture is meant to be seen, and with its numbers as they are in the file: others read them so too.
const DECODING = { imageOrientation: "from-image", colorSpaceConversion: "none" };

function readPicture(bitmap) {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
  const pen = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  pen.imageSmoothingEnabled = false;
  const reading = Pdq.begin(width, height);
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    pen.fillStyle = "white"; // behind what can be seen through
    pen.fillRect(0, 0, width, rows);
    pen.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    reading.add(pen.getImageData(0, 0, width, rows).data, rows);
  }
  bitmap.close();
  return { ...reading.finish(), width, height };
}

const writeHex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function digestFile(file, tell) {
  const md5 = FileDigests.md5();
  if (file.size <= AT_ONCE && self.crypto?.subtle) {
    const bytes = await file.arrayBuffer();
    const sha256 = crypto.subtle.digest("SHA-256", bytes);
    md5.add(new Uint8Array(bytes));
    return { md5: md5.finish(), sha256: writeHex(await sha256) };
  }
  const sha256 = FileDigests.sha256();
  for (let from = 0; from < file.size; from += PIECE) {
    const piece = new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer());
    md5.add(piece);
    sha256.add(piece);
    tell(Math.min(1, (from + PIECE) / file.size));
  }
  return { md5: md5.finish(), sha256: sha256.finish() };
}

async function findPicture(file) {
  try {
    return readPicture(await createImageBitmap(file, DECODING));
  } catch {
    return null; // a kind of picture that this browser cannot open: the digests of the file are there all the same
  }
}

self.addEventListener("message", async ({ data }) => {
  try {
    if (data.frame) {
      self.postMessage({ done: readPicture(data.frame) });
      return;
    }
    const tell = (share) => self.postMessage({ share });
    const picture = data.isVideo ? null : await findPicture(data.file);
    self.postMessage({ done: { ...(await digestFile(data.file, tell)), picture } });
  } catch {
    self.postMessage({ failed: true }); // the file was moved or cannot be read
  }
});
