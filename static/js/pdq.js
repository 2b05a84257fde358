// PDQ: the fingerprint of what a picture looks like, 256 bits, as the published description has it.
//
// The picture is made grey, softened twice with a box as wide as a 128th of it, sampled at 64 by 64 points, and turned
// into 16 by 16 cosine terms; each bit says whether a term lies above the median of them. Softening and sampling are
// linear and separate, so both are done at once: each row of pixels is added into 64 sums with weights that are worked
// out before. No softened copy of the picture is made, which is what lets a phone do twelve million pixels.
const Pdq = (() => {
  const SAMPLES = 64;
  const TERMS = 16;
  const RED = 0.299;
  const GREEN = 0.587;
  const BLUE = 0.114;
  const COSINES = makeCosines();

  function makeCosines() {
    const scale = Math.sqrt(2 / SAMPLES);
    const cosines = new Float64Array(TERMS * SAMPLES);
    for (let term = 0; term < TERMS; term += 1) {
      for (let at = 0; at < SAMPLES; at += 1) {
        cosines[term * SAMPLES + at] = scale * Math.cos((Math.PI / 2 / SAMPLES) * (term + 1) * (2 * at + 1));
      }
    }
    return cosines;
  }

  // The first and the last place of the box around a place; near the edges the box is cut off, never filled up.
  function boxAround(place, length, width) {
    const half = Math.floor((width + 2) / 2);
    return [Math.max(0, place - (width - half)), Math.min(length - 1, place + half - 1)];
  }

  // For each of the 64 points along a side of that many pixels: the first pixel that counts, and the weight of each.
  function weighSide(length) {
    const width = Math.floor((length + 2 * SAMPLES - 1) / (2 * SAMPLES));
    return Array.from({ length: SAMPLES }, (_, index) => {
      const place = Math.floor(((index + 0.5) * length) / SAMPLES);
      const [left, right] = boxAround(place, length, width);
      const first = boxAround(left, length, width)[0];
      const last = boxAround(right, length, width)[1];
      const weights = new Float64Array(last - first + 1);
      for (let middle = left; middle <= right; middle += 1) {
        const [from, to] = boxAround(middle, length, width);
        const share = 1 / (right - left + 1) / (to - from + 1);
        for (let at = from; at <= to; at += 1) weights[at - first] += share;
      }
      return { first, weights };
    });
  }

  // Takes a picture row by row, from the top: `add(rgba, rows)` as often as it is cut, then `finish()`.
  function begin(width, height) {
    const isSample = width === SAMPLES && height === SAMPLES; // already as small as the samples: nothing is softened
    const plain = Array.from({ length: SAMPLES }, (_, index) => ({ first: index, weights: Float64Array.of(1) }));
    const across = isSample ? plain : weighSide(width);
    const down = isSample ? plain : weighSide(height);
    const grey = new Float64Array(width);
    const line = new Float64Array(SAMPLES);
    const samples = new Float64Array(SAMPLES * SAMPLES);
    let row = 0;

    function addRow(rgba, start) {
      for (let at = 0, from = start; at < width; at += 1, from += 4) {
        grey[at] = RED * rgba[from] + GREEN * rgba[from + 1] + BLUE * rgba[from + 2];
      }
      for (let column = 0; column < SAMPLES; column += 1) {
        const { first, weights } = across[column];
        let sum = 0;
        for (let at = 0; at < weights.length; at += 1) sum += grey[first + at] * weights[at];
        line[column] = sum;
      }
      for (let point = 0; point < SAMPLES; point += 1) {
        const weight = down[point].weights[row - down[point].first];
        if (weight === undefined) continue;
        for (let column = 0; column < SAMPLES; column += 1) samples[point * SAMPLES + column] += line[column] * weight;
      }
      row += 1;
    }

    return {
      add(rgba, rows) {
        for (let each = 0; each < rows; each += 1) addRow(rgba, each * width * 4);
      },
      finish: () => ({ pdq: writeBits(transform(samples)), quality: measureQuality(samples) }),
    };
  }

  // How much there is to see, 0 to 100: a picture of one colour has nothing that a fingerprint could hold on to.
  function measureQuality(samples) {
    let sum = 0;
    const step = (one, other) => Math.abs(Math.trunc(((one - other) * 100) / 255));
    for (let row = 0; row < SAMPLES; row += 1) {
      for (let column = 0; column < SAMPLES; column += 1) {
        const at = row * SAMPLES + column;
        if (row + 1 < SAMPLES) sum += step(samples[at], samples[at + SAMPLES]);
        if (column + 1 < SAMPLES) sum += step(samples[at], samples[at + 1]);
      }
    }
    return Math.min(100, Math.floor(sum / 90));
  }

  function transform(samples) {
    const half = new Float64Array(TERMS * SAMPLES);
    for (let term = 0; term < TERMS; term += 1) {
      for (let at = 0; at < SAMPLES; at += 1) {
        const weight = COSINES[term * SAMPLES + at];
        for (let column = 0; column < SAMPLES; column += 1) {
          half[term * SAMPLES + column] += weight * samples[at * SAMPLES + column];
        }
      }
    }
    const terms = new Float64Array(TERMS * TERMS);
    for (let row = 0; row < TERMS; row += 1) {
      for (let column = 0; column < TERMS; column += 1) {
        let sum = 0;
        for (let at = 0; at < SAMPLES; at += 1) sum += half[row * SAMPLES + at] * COSINES[column * SAMPLES + at];
        terms[row * TERMS + column] = sum;
      }
    }
    return terms;
  }

  // The last term is the highest bit, four bits a digit.
  function writeBits(terms) {
    const median = Float64Array.from(terms).sort()[(TERMS * TERMS) / 2 - 1];
    let text = "";
    for (let last = TERMS * TERMS - 1; last > 0; last -= 4) {
      let digit = 0;
      for (let each = 0; each < 4; each += 1) digit = digit * 2 + (terms[last - each] > median ? 1 : 0);
      text += digit.toString(16);
    }
    return text;
  }

  return { begin };
})();
