/** ComfyUI keeps its last 300 writes. */
const KEPT_ENTRIES = 300;

// eslint-disable-next-line no-control-regex
const colours = /\u001b\[[0-9;]*m/g;

export interface LogEntry {
  t: string;
  m: string;
}

/** The log that /internal/logs/raw shows: the only remote trace of a LoRA that was not applied. */
export class LogBuffer {
  readonly entries: LogEntry[] = [];

  constructor(
    private readonly coloured: boolean,
    private readonly print?: (line: string) => void,
  ) {}

  write(given: string): void {
    const line = this.coloured ? given : given.replaceAll(colours, '').replace(/^\[(WARNING|ERROR)\] /, '');
    this.entries.push({ t: `${new Date().toISOString().slice(0, -1)}000`, m: `${line}\n` });
    if (this.entries.length > KEPT_ENTRIES) this.entries.shift();
    this.print?.(line);
  }
}
