/** What is used of it, in place of its own types, which are of `any`. */
declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    constructor(tokenizer: object, config: object);
    encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[]; tokens: string[] };
  }
}
