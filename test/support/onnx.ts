import { writeFile } from 'node:fs/promises';
import protobuf from 'protobufjs';

// The part of onnx.proto (ONNX, IR version 8) that a planted model needs.
const { root } = protobuf.parse(`syntax = "proto2"; package onnx;
message Model { optional int64 ir_version = 1; optional Graph graph = 7; repeated Opset opset_import = 8; }
message Opset { optional string domain = 1; optional int64 version = 2; }
message Graph { repeated Node node = 1; optional string name = 2; repeated Table initializer = 5; repeated Value input = 11; repeated Value output = 12; }
message Node { repeated string input = 1; repeated string output = 2; optional string op_type = 4; repeated Attribute attribute = 5; }
message Attribute { optional string name = 1; optional int64 i = 3; repeated int64 ints = 8; optional int32 type = 20; }
message Table { repeated int64 dims = 1; optional int32 data_type = 2; repeated float float_data = 4 [packed = true]; optional string name = 8; }
message Value { optional string name = 1; optional Type type = 2; }
message Type { optional Sort tensor_type = 1; }
message Sort { optional int32 elem_type = 1; optional Shape shape = 2; }
message Shape { repeated Dim dim = 1; }
message Dim { optional int64 dim_value = 1; optional string dim_param = 2; }`);
const modelType = root.lookupType('onnx.Model');

export const float = 1;
export const int64 = 7;

/** A name stands for a size that is free. */
export interface Value {
  name: string;
  type: number;
  shape: (number | string)[];
}

export interface PlantedModel {
  inputs: Value[];
  outputs: Value[];
  /** Whole numbers and lists of them, as attributes. */
  nodes: { op: string; inputs: string[]; output: string; attributes?: Record<string, number | number[]> }[];
  tables: { name: string; shape: number[]; data: ArrayLike<number> }[];
}

/** Writes a model of a few plain operations, whose answers a test can work out. */
export async function writeOnnx(path: string, { inputs, outputs, nodes, tables }: PlantedModel): Promise<void> {
  const value = ({ name, type, shape }: Value) => {
    const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
    return { name, type: { tensorType: { elemType: type, shape: { dim } } } };
  };
  const attribute = ([name, it]: [string, number | number[]]) =>
    Array.isArray(it) ? { name, ints: it, type: 7 } : { name, i: it, type: 2 };
  const graph = {
    name: 'planted',
    node: nodes.map(({ op, inputs: input, output, attributes = {} }) => {
      return { input, output: [output], opType: op, attribute: Object.entries(attributes).map(attribute) };
    }),
    initializer: tables.map(({ name, shape, data }) => {
      return { name, dims: shape, dataType: float, floatData: Array.from(data) };
    }),
    input: inputs.map(value),
    output: outputs.map(value),
  };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version: 11 }], graph };
  await writeFile(path, modelType.encode(modelType.fromObject(model)).finish());
}
