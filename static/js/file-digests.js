// MD5 and SHA-256 of a file, taken piece by piece: a video may be larger than the memory of a phone. The browser's own
// digests need the whole file at once, and one of the two it does not have.
const FileDigests = (() => {
  const BLOCK = 64;
  const turnLeft = (word, by) => (word << by) | (word >>> (32 - by));

  // Cuts whatever comes into blocks of 64 bytes, and ends with the padding and the length that both digests share.
  function makeDigest({ state, mix, isLittle }) {
    const rest = new Uint8Array(BLOCK);
    let held = 0;
    let length = 0;

    function takeIn(bytes) {
      let from = 0;
      if (held) {
        from = Math.min(BLOCK - held, bytes.length);
        rest.set(bytes.subarray(0, from), held);
        held += from;
        if (held < BLOCK) return;
        mix(state, new DataView(rest.buffer), 0);
        held = 0;
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (; from + BLOCK <= bytes.length; from += BLOCK) mix(state, view, from);
      rest.set(bytes.subarray(from), 0);
      held = bytes.length - from;
    }

    return {
      add(bytes) {
        length += bytes.length;
        takeIn(bytes);
      },
      finish() {
        const bits = BigInt(length) * 8n;
        const end = new Uint8Array(held < 56 ? BLOCK - held : 2 * BLOCK - held);
        end[0] = 0x80;
        new DataView(end.buffer).setBigUint64(end.length - 8, bits, isLittle);
        takeIn(end);
        const out = new DataView(new ArrayBuffer(state.length * 4));
        state.forEach((word, index) => out.setUint32(index * 4, word, isLittle));
        return Array.from(new Uint8Array(out.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
      },
    };
  }

  const MD5_SINES = Int32Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0);
  const MD5_TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  const words = new Int32Array(16);

  function mixMd5(state, view, from) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(from + at * 4, true);
    let [a, b, c, d] = state;
    for (let at = 0; at < 64; at += 1) {
      const round = at >> 4;
      let mixed;
      let word;
      if (round === 0) {
        mixed = (b & c) | (~b & d);
        word = at;
      } else if (round === 1) {
        mixed = (d & b) | (~d & c);
        word = (5 * at + 1) & 15;
      } else if (round === 2) {
        mixed = b ^ c ^ d;
        word = (3 * at + 5) & 15;
      } else {
        mixed = c ^ (b | ~d);
        word = (7 * at) & 15;
      }
      const sum = (a + mixed + MD5_SINES[at] + words[word]) | 0;
      a = d;
      d = c;
      c = b;
      b = (b + turnLeft(sum, MD5_TURNS[round * 4 + (at & 3)])) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }

  // The first 32 bits behind the point of the square or cube roots of primes.
  const PRIMES = Array.from({ length: 312 }, (_, at) => at).filter(
    (number) => number > 1 && !Array.from({ length: number - 2 }, (_, at) => at + 2).some((each) => number % each === 0),
  );
  const behindPoint = (number) => Math.floor((number % 1) * 2 ** 32) | 0;
  const SHA_START = PRIMES.slice(0, 8).map((prime) => behindPoint(Math.sqrt(prime)));
  const SHA_ADDS = Int32Array.from(PRIMES.slice(0, 64), (prime) => behindPoint(Math.cbrt(prime)));
  const plan = new Int32Array(64);

  function mixSha(state, view, from) {
    for (let at = 0; at < 16; at += 1) plan[at] = view.getInt32(from + at * 4, false);
    for (let at = 16; at < 64; at += 1) {
      const early = plan[at - 15];
      const late = plan[at - 2];
      const low = turnLeft(early, 25) ^ turnLeft(early, 14) ^ (early >>> 3);
      const high = turnLeft(late, 15) ^ turnLeft(late, 13) ^ (late >>> 10);
      plan[at] = (plan[at - 16] + low + plan[at - 7] + high) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at += 1) {
      const high = turnLeft(e, 26) ^ turnLeft(e, 21) ^ turnLeft(e, 7);
      const first = (h + high + ((e & f) ^ (~e & g)) + SHA_ADDS[at] + plan[at]) | 0;
      const low = turnLeft(a, 30) ^ turnLeft(a, 19) ^ turnLeft(a, 10);
      const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] += word;
    });
  }

  return {
    md5: () =>
      makeDigest({
        state: Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476),
        mix: mixMd5,
        isLittle: true,
      }),
    sha256: () => makeDigest({ state: Int32Array.from(SHA_START), mix: mixSha, isLittle: false }),
  };
})();
