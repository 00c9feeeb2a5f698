import type { InputSpec } from './node.js';
import { asPython, type PythonError, repr, str, toBool, toFloat, toInt } from './python.js';

/** One entry of `node_errors[id].errors`. */
export interface InputError {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

/** Lists longer than this are not sent back, nor is the input's config. */
const LIST_LIMIT = 20;

const conversions: Record<string, (value: unknown) => unknown> = {
  INT: toInt,
  FLOAT: toFloat,
  STRING: str,
  BOOLEAN: toBool,
};

/**
 * Converts a constant as ComfyUI does (16.7 -> 16 for INT, "1" -> 1) and checks limits and lists.
 * `limits` false: the node checks the value itself.
 */
export function checkConstant(
  name: string,
  given: unknown,
  spec: InputSpec,
  limits: boolean,
): { value: unknown } | InputError {
  const [type, options = {}] = spec;
  const config = [type, options];
  let value = given;
  try {
    if (typeof given === 'object' && given !== null && '__value__' in given) value = given.__value__;
    if (typeof type === 'string') value = conversions[type]?.(value) ?? value;
  } catch (error) {
    return conversionError(name, value, type, config, error as PythonError);
  }
  if (!limits) return { value };
  const extra_info = { input_name: name, input_config: config, received_value: value };
  if (typeof options.min === 'number' && (value as number) < options.min)
    return smaller(name, value, options.min, extra_info);
  if (typeof options.max === 'number' && (value as number) > options.max)
    return bigger(name, value, options.max, extra_info);
  if (Array.isArray(type) && !type.includes(value as string)) return notInList(name, value, type, config);
  return { value };
}

function conversionError(name: string, value: unknown, type: unknown, config: unknown, error: Error): InputError {
  return {
    type: 'invalid_input_type',
    message: `Failed to convert an input value to a ${String(type)} value`,
    details: `${name}, ${str(value)}, ${error.message}`,
    extra_info: {
      input_name: name,
      input_config: config,
      received_value: value,
      exception_message: error.message,
    },
  };
}

function smaller(name: string, value: unknown, min: number, extra_info: Record<string, unknown>): InputError {
  const message = `Value ${str(value)} smaller than min of ${min}`;
  return { type: 'value_smaller_than_min', message, details: name, extra_info };
}

function bigger(name: string, value: unknown, max: number, extra_info: Record<string, unknown>): InputError {
  const message = `Value ${str(value)} bigger than max of ${max}`;
  return { type: 'value_bigger_than_max', message, details: name, extra_info };
}

function notInList(name: string, value: unknown, list: string[], config: unknown): InputError {
  const long = list.length > LIST_LIMIT;
  return {
    type: 'value_not_in_list',
    message: 'Value not in list',
    details: `${name}: '${str(value)}' not in ${long ? `(list of length ${list.length})` : repr(list)}`,
    extra_info: { input_name: name, input_config: long ? null : config, received_value: value },
  };
}

export function requiredMissing(name: string): InputError {
  return {
    type: 'required_input_missing',
    message: 'Required input is missing',
    details: name,
    extra_info: { input_name: name },
  };
}

export function badLink(name: string, value: unknown, spec: InputSpec): InputError {
  return {
    type: 'bad_linked_input',
    message: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
    details: name,
    extra_info: { input_name: name, input_config: [spec[0], spec[1] ?? {}], received_value: value },
  };
}

export function typeMismatch(name: string, received: string, link: unknown, spec: InputSpec): InputError {
  const wanted = Array.isArray(spec[0]) ? repr(spec[0]) : spec[0];
  return {
    type: 'return_type_mismatch',
    message: 'Return type mismatch between linked nodes',
    details: `${name}, received_type(${received}) mismatch input_type(${wanted})`,
    extra_info: {
      input_name: name,
      input_config: [spec[0], spec[1] ?? {}],
      received_type: received,
      linked_node: link,
    },
  };
}

export function customFailed(name: string, problem: string): InputError {
  return {
    type: 'custom_validation_failed',
    message: 'Custom validation failed for node',
    details: `${name} - ${problem}`,
    extra_info: { input_name: name },
  };
}

/** A check that blew up: of an output node itself, or of a node behind one of its links. */
export function exceptionDuring(error: unknown, inner?: { name: string; link: unknown; spec: InputSpec }): InputError {
  const { type, message } = asPython(error);
  const traceback = ['  File "execution.py", line 1, in validate_inputs\n'];
  if (!inner)
    return {
      type: 'exception_during_validation',
      message: 'Exception when validating node',
      details: message,
      extra_info: { exception_type: type, traceback },
    };
  return {
    type: 'exception_during_inner_validation',
    message: 'Exception when validating inner node',
    details: message,
    extra_info: {
      input_name: inner.name,
      input_config: [inner.spec[0], inner.spec[1] ?? {}],
      exception_message: message,
      exception_type: type,
      traceback,
      linked_node: inner.link,
    },
  };
}
