let missed = false;

export interface Goal {
  most?: number;
  least?: number;
}

/** `name: median [range] unit (goal: <= 5) met`; a missed goal makes the process exit with 1. */
export function figure(name: string, values: number[], unit: string, { most, least }: Goal): void {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  const met = middle <= (most ?? Infinity) && middle >= (least ?? -Infinity);
  missed ||= !met;
  const range = values.length > 1 ? ` [${short(sorted[0])}..${short(sorted[sorted.length - 1])}]` : '';
  const goal = most === undefined ? `>= ${least}` : `<= ${most}`;
  console.log(`${name}: ${short(middle)}${range} ${unit} (goal: ${goal}) ${met ? 'met' : 'MISSED'}`);
  process.exitCode = missed ? 1 : 0;
}

const short = (value: number): string => String(Number(value.toFixed(value < 0.1 ? 4 : value < 100 ? 2 : 0)));
