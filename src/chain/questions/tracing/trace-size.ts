import { QuestionError } from "../asked/question.ts";

/** Maximum size of the inputs, results and logs of a trace together. */
const MAX_DATA_BYTES = 32 * 1024 * 1024;
/** Stack words of all steps together: a thousand can lie on the stack at each. */
const MAX_STACK_WORDS = 1_000_000;
/** Words of memory of all steps together, where they are shown. */
const MAX_MEMORY_WORDS = 1_000_000;
/** Memory that the EVM copies for each instruction, all of them together: it is not in the answer, but takes time. */
const MAX_COPIED_BYTES = 1024 * 1024 * 1024;

/** Adds up what a trace holds. Each function throws QuestionError TraceTooLarge where that is too much. */
export class TraceSize {
  readonly #isBounded: boolean;
  #dataBytes = 0;
  #stackWords = 0;
  #memoryWords = 0;
  #copiedBytes = 0;

  /** `isBounded`: false for this process's own traces, which may be of any size. */
  constructor(isBounded: boolean) {
    this.#isBounded = isBounded;
  }

  add(bytes: number): void {
    this.#dataBytes += bytes;
    this.#check(this.#dataBytes, MAX_DATA_BYTES, "bytes of calls and logs");
  }

  addStack(words: number): void {
    this.#stackWords += words;
    this.#check(this.#stackWords, MAX_STACK_WORDS, "words on the stack in all its steps (use disableStack)");
  }

  addMemory(words: number): void {
    this.#memoryWords += words;
    this.#check(this.#memoryWords, MAX_MEMORY_WORDS, "words of memory in all its steps");
  }

  addCopy(bytes: number): void {
    this.#copiedBytes += bytes;
    this.#check(this.#copiedBytes, MAX_COPIED_BYTES, "bytes of memory in all its steps");
  }

  #check(count: number, limit: number, subject: string): void {
    if (this.#isBounded && count > limit)
      throw new QuestionError("TraceTooLarge", `the trace would be too large: at most ${limit} ${subject} are traced`);
  }
}
