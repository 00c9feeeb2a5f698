/** ComfyUI keeps its last 300 writes. */
const KEPT_ENTRIES = 300;

export interface LogEntry {
  t: string;
  m: string;
}

/** The log that /internal/logs/raw shows: the only remote trace of a LoRA that was not applied. */
export class LogBuffer {
  readonly entries: LogEntry[] = [];

  constructor(private readonly print?: (line: string) => void) {}

  write(line: string): void {
    this.entries.push({ t: `${new Date().toISOString().slice(0, -1)}000`, m: `${line}\n` });
    if (this.entries.length > KEPT_ENTRIES) this.entries.shift();
    this.print?.(line);
  }
}
