/** Standard normal distribution function; absolute error below 1.5e-7 (Abramowitz and Stegun 7.1.26). */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-z * z);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

/** Student's t: the value below which `share` (0.5 to 1) of the distribution lies. By bisection, to about 1e-9. */
export function studentQuantile(share: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentCdf(high, degrees) < share && high < 1e6) high *= 2;
  for (let iteration = 0; iteration < 60; iteration++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** For t >= 0 and whole degrees of freedom: the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4. */
export function studentCdf(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cos2 = Math.cos(theta) ** 2;
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cos2 * (k - 1)) / k;
    sum += term;
  }
  const between = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + between / 2;
}

/**
 * Fisher's exact test, one-sided: how likely `hits` or more of `of` are, when the same rate as in `otherHits` of
 * `otherOf` rules both. Small means: the first rate is truly higher.
 */
export function chanceOfAtLeast(hits: number, of: number, otherHits: number, otherOf: number): number {
  const total = of + otherOf;
  const drawn = hits + otherHits;
  let chance = 0;
  for (let k = hits; k <= Math.min(of, drawn); k++)
    if (drawn - k <= otherOf)
      chance += Math.exp(logChoose(of, k) + logChoose(otherOf, drawn - k) - logChoose(total, drawn));
  return Math.min(1, chance);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let index = 1; index <= k; index++) sum += Math.log((n - k + index) / index);
  return sum;
}

/** Standard normal: the value below which `share` (0.5 to 1, exclusive) of the distribution lies. By bisection. */
export function normalQuantile(share: number): number {
  let [low, high] = [0, 10];
  for (let iteration = 0; iteration < 60; iteration++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean of the highest of `count` standard normal values: 0 for 1, 0.56 for 2, 1.54 for 10. By summation, to 1e-3. */
export function expectedHighest(count: number): number {
  const width = 0.02;
  let sum = 0;
  for (let z = -6; z < 6; z += width)
    sum += z * count * normalCdf(z) ** (count - 1) * (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * width;
  return count <= 1 ? 0 : sum;
}
