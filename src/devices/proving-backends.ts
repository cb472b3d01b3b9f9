import { reasonOf } from "../errors/reason-of.ts";
import type { Backend } from "../kernels/backend.ts";
import { CardMemoryExceeded } from "../kernels/webgpu/card/device-memory.ts";
import { CardFailed } from "../kernels/webgpu/card/machine.ts";
import { OneAtATime } from "../runtime/one-at-a-time.ts";

/** A proof that any backend can be asked for. */
export interface ProofRequest<Proof> {
  /** `onTracesRead`: called once the traces are not read any more; absent where another backend may have to read them again. */
  make(backend: Backend, onTracesRead: (() => void) | undefined): Promise<Proof>;
  /** Frees the traces. */
  free(): void;
  /** Why a proof does not hold, by a key that the processor committed; undefined where it does. */
  refusalOf(proof: Proof): string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a device did where the processor made a proof that holds. "too-large": the proof takes more of its memory than there is,
 * which says nothing about others.
 */
export interface DeviceFault {
  readonly kind: "failed" | "lost" | "wrong" | "too-large";
  readonly reason: string;
}

/** A device that fails once may have been asleep. */
const MOST_FAILURES = 2;

/**
 * The backends of a thread that proves, one proof at a time. The processor's is trusted as this software is, and keys are
 * committed on it. A device may be lost, or compute something wrong, at any time: its proof counts only once it was verified
 * here, and where there is none that holds, the processor makes it. A device is not asked again that was lost, whose proof did
 * not hold, or that failed twice.
 */
export class ProvingBackends {
  readonly processor: Backend;
  readonly #turns = new OneAtATime();
  readonly #onFault: (fault: DeviceFault) => void;
  readonly #faults: DeviceFault[] = [];
  #device: Backend | undefined;

  constructor(processor: Backend, device?: Backend, onFault: (fault: DeviceFault) => void = () => undefined) {
    this.processor = processor;
    this.#device = device;
    this.#onFault = onFault;
  }

  /** From now on proofs are asked of this device first. */
  adopt(device: Backend): void {
    this.#device = device;
  }

  /** The one that is asked for the next proof. */
  get first(): Backend {
    return isGivenUp(this.#faults) ? this.processor : (this.#device ?? this.processor);
  }

  get faults(): readonly DeviceFault[] {
    return this.#faults;
  }

  /** A proof, and what made it. Rejects with the signal's reason, or as the processor's backend does. */
  prove<Proof>(request: ProofRequest<Proof>): Promise<{ readonly proof: Proof; readonly backend: Backend }> {
    return this.alone(() => {
      request.signal?.throwIfAborted();
      return this.#prove(request);
    });
  }

  /** Work beside which no proof is made. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.#turns.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async #prove<Proof>(request: ProofRequest<Proof>): Promise<{ readonly proof: Proof; readonly backend: Backend }> {
    const { processor, first } = this;
    let fault: DeviceFault | undefined;
    if (first !== processor) {
      const tried = await attempt(request, first);
      if (!("reason" in tried)) return { ...tried, backend: first };
      fault = tried;
    }
    const proof = await request.make(processor, () => request.free());
    // A request of which the processor makes nothing that holds says nothing about the device.
    if (fault !== undefined && request.refusalOf(proof) === undefined) {
      this.#faults.push(fault);
      this.#onFault(fault);
    }
    return { proof, backend: processor };
  }
}

function isGivenUp(faults: readonly DeviceFault[]): boolean {
  return (
    faults.some(({ kind }) => kind === "wrong" || kind === "lost") ||
    faults.filter(({ kind }) => kind === "failed").length >= MOST_FAILURES
  );
}

async function attempt<Proof>(request: ProofRequest<Proof>, device: Backend): Promise<{ readonly proof: Proof } | DeviceFault> {
  try {
    const proof = await request.make(device, undefined);
    const refusal = request.refusalOf(proof);
    if (refusal !== undefined) return { kind: "wrong", reason: `a proof made on ${device.name} is refused: ${refusal}` };
    request.free();
    return { proof };
  } catch (error) {
    request.signal?.throwIfAborted();
    return { kind: kindOf(error), reason: reasonOf(error) };
  }
}

function kindOf(error: unknown): DeviceFault["kind"] {
  if (error instanceof CardMemoryExceeded) return "too-large";
  return error instanceof CardFailed && error.code !== "Refused" ? "lost" : "failed";
}
