import { NamedError } from "../../../../ground/errors/named-error.ts";
import { DeviceMemory } from "./device-memory.ts";
import {
  COMPUTE_STAGE,
  type GpuBuffer,
  type GpuDevice,
  type GpuEncoder,
  type GpuPass,
  type GpuPipelineOptions,
  MAP_READ,
  USAGE,
} from "./gpu.ts";
import { buffersOf, GROUP, GROUPS_IN_ROW, type CardKernel, shaderOf } from "./kernel.ts";
import { Pace } from "./pace.ts";

/** Offsets of what is bound are multiples of this many words. */
const ALIGNED_WORDS = 64;
const PARAM_WORDS = 2 ** 14;
const ITEM_WORDS = 2 ** 20;
/**
 * Invocations that any card runs side by side: fewer take as long as these, since each waits for memory most of the time. To cut
 * them further would gain nothing.
 */
const SIDE_BY_SIDE = 4_096;
/** Items of one dispatch: workgroups in a dimension. */
const MOST_ITEMS = 32_768;
const SCOPES = ["out-of-memory", "validation", "internal"] as const;

/** One call of a kernel. */
interface Dispatch {
  readonly params?: Readonly<Record<string, number>>;
  /** A row of words for each item; one without words by default. */
  readonly items?: readonly (readonly number[])[];
  readonly buffers: Readonly<Record<string, GpuBuffer>>;
  /** Invocations for each item: numbers from `first`, 0 by default, to below `count`. */
  readonly first?: number;
  readonly count: number;
  /** Operations of one invocation, about. */
  readonly work: number;
}

/** A kernel's item with the buffers that it is in. */
export interface PlacedItem {
  readonly buffers: Readonly<Record<string, GpuBuffer>>;
  readonly words: readonly number[];
}

/** Clock and time limits of a card. */
export interface CardTimes {
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Maximum duration of a read while the card finishes no other work. */
  readonly silenceMs: number;
}

interface Pipeline {
  readonly pipeline: object;
  readonly layout: object;
}

/**
 * Hands work to the card in order: commands wait until there is a slice of them (`pace.ts`), something is written, or read.
 * Whatever the card refused since the last read makes the next one reject.
 */
export class Machine {
  readonly memory: DeviceMemory;
  readonly #device: GpuDevice;
  readonly #pace: Pace;
  readonly #now: () => number;
  readonly #silenceMs: number;
  readonly #pipelines = new Map<CardKernel, Pipeline>();
  readonly #params: Ring;
  readonly #items: Ring;
  #encoder: GpuEncoder | undefined;
  #pass: GpuPass | undefined;
  #operations = 0;
  /** When the card finished something last. */
  #heardAt = 0;
  /** Pending answers of the card. */
  readonly #owed = new Set<Promise<unknown>>();
  /** Error of a failed card, which receives no further work. */
  #dead: CardFailed | undefined;

  constructor(device: GpuDevice, mostBytes: number, { now, silenceMs }: CardTimes) {
    this.#device = device;
    this.#now = now;
    this.#silenceMs = silenceMs;
    this.memory = new DeviceMemory(device, mostBytes, () => this.flush());
    this.#pace = new Pace(now);
    this.#params = new Ring(device, PARAM_WORDS, USAGE.uniform);
    this.#items = new Ring(device, ITEM_WORDS, USAGE.storage);
    for (const scope of SCOPES) device.pushErrorScope(scope);
    void device.lost.then(({ reason, message }) => {
      this.#dead ??= new CardFailed("Lost", `the graphics card was lost: ${reason}: ${message}`);
    });
  }

  /** Compiles kernels in sequence, outside this thread, so that their first dispatch need not wait for it. */
  async prepare(kernels: readonly CardKernel[]): Promise<void> {
    for (const kernel of kernels) {
      this.#assertAlive();
      if (this.#pipelines.has(kernel)) continue;
      const { layout, options } = this.#described(kernel);
      try {
        const pipeline = await this.#awaited(this.#device.createComputePipelineAsync(options));
        this.#pipelines.set(kernel, { pipeline, layout });
      } catch (cause) {
        throw new CardFailed("Refused", `the graphics card refuses the kernel ${kernel.name}: ${String(cause)}`, { cause });
      }
    }
  }

  dispatch(kernel: CardKernel, { params = {}, items = [[]], buffers, first: start = 0, count, work }: Dispatch): void {
    const perSlice = Math.max(SIDE_BY_SIDE, Math.floor(this.#pace.slice / work / GROUP) * GROUP);
    for (let first = start; first < count; first += perSlice) {
      const end = Math.min(count, first + perSlice);
      const together = Math.min(MOST_ITEMS, Math.max(1, Math.floor(perSlice / (end - first))));
      for (let item = 0; item < items.length; item += together) {
        const own = items.slice(item, item + together);
        this.#slice(kernel, [first, end, ...kernel.params.map((name) => params[name] ?? 0)], own, buffers);
        this.#operations += Math.max(SIDE_BY_SIDE, (end - first) * own.length) * work;
        if (this.#operations >= this.#pace.slice) this.flush();
      }
    }
  }

  /** Items in different buffers: those that follow each other in the same ones are dispatched together. */
  dispatchPlaced(kernel: CardKernel, placed: readonly PlacedItem[], common: Omit<Dispatch, "items">): void {
    for (let first = 0; first < placed.length;) {
      const own = placed[first]?.buffers ?? {};
      let end = first + 1;
      while (end < placed.length && isSame(own, placed[end]?.buffers ?? {})) end++;
      const items = placed.slice(first, end).map(({ words }) => words);
      this.dispatch(kernel, { ...common, items, buffers: { ...common.buffers, ...own } });
      first = end;
    }
  }

  copy(source: GpuBuffer, sourceWord: number, target: GpuBuffer, targetWord: number, words: number): void {
    this.#endPass();
    this.#commands().copyBufferToBuffer(source, 4 * sourceWord, target, 4 * targetWord, 4 * words);
  }

  clear(buffer: GpuBuffer): void {
    this.#endPass();
    this.#commands().clearBuffer(buffer);
  }

  write(buffer: GpuBuffer, firstWord: number, words: Uint32Array): void {
    this.flush();
    this.#device.queue.writeBuffer(buffer, 4 * firstWord, words);
  }

  /** A buffer with these words; its user must release it. */
  store(words: ArrayLike<number>): GpuBuffer {
    const buffer = this.memory.take(4 * words.length);
    if (words.length > 0) this.write(buffer, 0, Uint32Array.from(words));
    return buffer;
  }

  /** Hands over what waits. */
  flush(): void {
    if (this.#encoder === undefined) return;
    this.#endPass();
    const commands = this.#encoder.finish();
    this.#encoder = undefined;
    this.#params.send();
    this.#items.send();
    this.#device.queue.submit([commands]);
    const paced = this.#pace.begin(this.#operations);
    this.#operations = 0;
    const done = (): void => {
      this.#heardAt = this.#now();
      paced();
    };
    void this.#awaited(this.#device.queue.onSubmittedWorkDone()).then(done, () => undefined);
  }

  /** Words of a buffer, after all that was handed over. Rejects with CardFailed where the card refused something, or is lost. */
  async read(buffer: GpuBuffer, firstWord: number, count: number): Promise<Uint32Array> {
    this.#assertAlive();
    const size = Math.max(4, 4 * count);
    const staging = this.#device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyTarget });
    try {
      if (count > 0) this.copy(buffer, firstWord, staging, 0, count);
      this.flush();
      const refusals = SCOPES.map(() => this.#awaited(this.#device.popErrorScope()));
      for (const scope of SCOPES) this.#device.pushErrorScope(scope);
      const mapped = this.#awaited(staging.mapAsync(MAP_READ)).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      const refused = (await this.#answered(Promise.all(refusals))).find((error) => error !== null);
      if (refused !== undefined && refused !== null)
        throw new CardFailed("Refused", `the graphics card refused work: ${refused.message}`);
      const unmapped = await this.#answered(mapped);
      this.#assertAlive();
      if (unmapped !== undefined) throw new CardFailed("Refused", `the graphics card gave nothing back: ${unmapped}`);
      return new Uint32Array(staging.getMappedRange().slice(0, 4 * count));
    } finally {
      staging.destroy();
    }
  }

  /** Resolves once the card owes no answer. One that does not answer in time is not waited for. */
  async close(): Promise<void> {
    this.#dead ??= new CardFailed("Lost", "the graphics card was released");
    this.#device.destroy();
    await this.#answered(Promise.all([this.settled(), this.#device.lost])).catch(() => undefined);
  }

  /** Resolves once the card owes no answer, however long that takes. */
  async settled(): Promise<void> {
    while (this.#owed.size > 0) await Promise.allSettled(this.#owed);
  }

  #slice(
    kernel: CardKernel,
    params: readonly number[],
    items: readonly (readonly number[])[],
    buffers: Dispatch["buffers"],
  ): void {
    const itemWords = Math.max(ALIGNED_WORDS, items.length * kernel.item.length);
    if (!this.#params.hasRoom(ALIGNED_WORDS) || !this.#items.hasRoom(itemWords)) this.flush();
    const bound = [
      { buffer: this.#params.buffer, offset: 4 * this.#params.put([params]), size: 4 * ALIGNED_WORDS },
      { buffer: this.#items.buffer, offset: 4 * this.#items.put(items), size: 4 * itemWords },
      ...buffersOf(kernel).map((name) => {
        const buffer = buffers[name];
        if (buffer === undefined) throw new Error(`kernel ${kernel.name} has no buffer ${name}`);
        return { buffer };
      }),
    ];
    const { pipeline, layout } = this.#pipelineOf(kernel);
    const entries = bound.map((resource, binding) => ({ binding, resource }));
    this.#pass ??= this.#commands().beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, this.#device.createBindGroup({ layout, entries }));
    const [first = 0, end = 0] = params;
    const groups = Math.ceil((end - first) / GROUP);
    this.#pass.dispatchWorkgroups(Math.min(groups, GROUPS_IN_ROW), Math.ceil(groups / GROUPS_IN_ROW), items.length);
  }

  #pipelineOf(kernel: CardKernel): Pipeline {
    const known = this.#pipelines.get(kernel);
    if (known !== undefined) return known;
    const { layout, options } = this.#described(kernel);
    const made: Pipeline = { pipeline: this.#device.createComputePipeline(options), layout };
    this.#pipelines.set(kernel, made);
    return made;
  }

  #described(kernel: CardKernel): { readonly layout: object; readonly options: GpuPipelineOptions } {
    const own = buffersOf(kernel).map((name) => (kernel.read.includes(name) ? "read-only-storage" : "storage"));
    const types = ["uniform", "read-only-storage", ...own];
    const entries = types.map((type, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } }));
    const layout = this.#device.createBindGroupLayout({ entries });
    const options = {
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.#device.createShaderModule({ code: shaderOf(kernel) }), entryPoint: "main" },
    };
    return { layout, options };
  }

  #commands(): GpuEncoder {
    return (this.#encoder ??= this.#device.createCommandEncoder());
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  /**
   * Awaits the card's answer, within a time limit: if the card finishes nothing for the limit, the watchdog
   * of its driver has failed as well. A slow card that works through its queue is not silent.
   */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const silence = new CardFailed("Silent", `the graphics card has not answered for ${this.#silenceMs / 1000} seconds`);
    const asked = this.#now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (ms: number): void => {
      timer = setTimeout(() => {
        const left = Math.max(asked, this.#heardAt) + this.#silenceMs - this.#now();
        if (left > 0) wait(left);
        else reject((this.#dead = silence));
      }, ms);
    };
    wait(this.#silenceMs);
    try {
      return await Promise.race([answer, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #awaited<T>(answer: Promise<T>): Promise<T> {
    this.#owed.add(answer);
    const forget = (): void => void this.#owed.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  #assertAlive(): void {
    if (this.#dead !== undefined) throw this.#dead;
  }
}

/** Words that dispatches read, collected here and sent together before their commands. */
class Ring {
  readonly buffer: GpuBuffer;
  readonly #device: GpuDevice;
  readonly #words: Uint32Array;
  #used = 0;

  constructor(device: GpuDevice, words: number, usage: number) {
    this.#device = device;
    this.#words = new Uint32Array(words);
    this.buffer = device.createBuffer({ size: 4 * words, usage: usage | USAGE.copyTarget });
  }

  hasRoom(words: number): boolean {
    return this.#used + words <= this.#words.length;
  }

  /** Writes rows and returns their offset, in 32-bit units. */
  put(rows: readonly (readonly number[])[]): number {
    const start = this.#used;
    let at = start;
    for (const row of rows) {
      this.#words.set(row, at);
      at += row.length;
    }
    this.#used = start + Math.max(1, Math.ceil((at - start) / ALIGNED_WORDS)) * ALIGNED_WORDS;
    return start;
  }

  send(): void {
    if (this.#used > 0) this.#device.queue.writeBuffer(this.buffer, 0, this.#words, 0, this.#used);
    this.#used = 0;
  }
}

function isSame(a: PlacedItem["buffers"], b: PlacedItem["buffers"]): boolean {
  return Object.entries(a).every(([name, buffer]) => b[name] === buffer);
}

/** A graphics card refused work, or was lost. The processor makes the proof. */
export class CardFailed extends NamedError<"Lost" | "Silent" | "Refused"> {
  override readonly name = "CardFailed";
}
