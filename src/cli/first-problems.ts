/** Nobody reads more at once. */
export const mostTold = 10;

/** The first ones, one by one, then how many are left. */
export function tellFirst(problems: readonly string[], tell: (text: string) => void): void {
  for (const problem of problems.slice(0, mostTold)) tell(problem);
  if (problems.length > mostTold) tell(`… and ${(problems.length - mostTold).toLocaleString('en-US')} more.`);
}
