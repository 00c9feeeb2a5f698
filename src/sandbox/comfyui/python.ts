// ComfyUI is Python, and its words reach clients: exception names, list reprs, conversions, JSON with spaces.

/** An exception as ComfyUI would report it: `type` is Python's qualified name. */
export class PythonError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
    this.name = type;
  }
}

/** Any error as Python would have raised it. */
export function asPython(error: unknown): PythonError {
  if (error instanceof PythonError) return error;
  const { code, message, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return new PythonError('OSError', '[Errno 28] No space left on device');
  if (code === 'EROFS') return new PythonError('OSError', `[Errno 30] Read-only file system: '${path}'`);
  if (code === 'EACCES') return new PythonError('PermissionError', `[Errno 13] Permission denied: ${message}`);
  return new PythonError('RuntimeError', message ?? String(error));
}

/** repr() of the values that reach error texts. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return reprString(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, entry]) => `${repr(key)}: ${repr(entry)}`)
      .join(', ')}}`;
  return String(value);
}

function reprString(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}

/** str(): like repr, but a text stays itself. */
export function str(value: unknown): string {
  return typeof value === 'string' ? value : repr(value);
}

const typeNames = { string: 'str', boolean: 'bool', undefined: 'NoneType' } as Record<string, string>;
function typeName(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeNames[typeof value] ?? 'dict';
}

/** int(): 16.7 -> 16, "1" -> 1. @throws PythonError as int() does. */
export function toInt(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string')
    throw new PythonError(
      'TypeError',
      `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
    );
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(value))
    throw new PythonError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
  return Number(value.replaceAll('_', ''));
}

/** float(). @throws PythonError as float() does. */
export function toFloat(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string')
    throw new PythonError('TypeError', `float() argument must be a string or a real number, not '${typeName(value)}'`);
  const parsed = value.trim() === '' ? NaN : Number(value);
  if (Number.isNaN(parsed)) throw new PythonError('ValueError', `could not convert string to float: ${repr(value)}`);
  return parsed;
}

export function toBool(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** json.dumps(): ", " and ": " between things, everything beyond ASCII escaped. */
export function jsonDumps(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => jsonDumps(entry ?? null)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => `${asciiJson(key)}: ${jsonDumps(entry)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? asciiJson(value) : JSON.stringify(value ?? null);
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
