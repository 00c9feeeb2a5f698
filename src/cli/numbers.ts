import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`'${text}' is not a whole number.`);
  return Number(text);
}

export function decimalNumber(text: string): number {
  if (!/^-?\d{1,3}(\.\d{1,9})?$/.test(text)) throw new InvalidArgumentError(`'${text}' is not a number.`);
  return Number(text);
}
