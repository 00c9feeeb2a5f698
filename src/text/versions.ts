/** Whether a version, `0.3.64`, is before another. What is no number counts as 0: a pre-release is its release. */
export function olderThan(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < b.length; at += 1) if ((a[at] ?? 0) !== b[at]) return (a[at] ?? 0) < b[at];
  return false;
}
