import { reasonOf } from "../errors/reason-of.ts";
import type { Backend } from "../kernels/backend.ts";

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

/** What a device did where the processor made a proof that holds. */
export interface DeviceFault {
  readonly kind: "failed" | "wrong";
  readonly reason: string;
}

/** A device that fails once may have been asleep. */
const MOST_FAILURES = 2;

/**
 * The backends of a thread that proves. The processor's is trusted as this software is, and keys are committed on it. A device
 * may be lost, or compute something wrong, at any time: its proof counts only once it was verified here, and where there is none
 * that holds, the processor makes it. A device whose proof did not hold is not asked again, nor one that failed twice.
 */
export class ProvingBackends {
  readonly processor: Backend;
  readonly #device: Backend | undefined;
  readonly #faults: DeviceFault[] = [];

  constructor(processor: Backend, device?: Backend) {
    this.processor = processor;
    this.#device = device;
  }

  /** The one that is asked for the next proof. */
  get first(): Backend {
    const isGivenUp = this.#faults.length >= MOST_FAILURES || this.#faults.some(({ kind }) => kind === "wrong");
    return isGivenUp ? this.processor : (this.#device ?? this.processor);
  }

  /** All that proofs have been made on, or will be. */
  get all(): readonly Backend[] {
    return this.#device === undefined ? [this.processor] : [this.processor, this.#device];
  }

  get faults(): readonly DeviceFault[] {
    return this.#faults;
  }

  /** A proof, and what made it. Rejects with the signal's reason, or as the processor's backend does. */
  async prove<Proof>(request: ProofRequest<Proof>): Promise<{ readonly proof: Proof; readonly backend: Backend }> {
    const { processor, first } = this;
    let fault: DeviceFault | undefined;
    if (first !== processor) {
      const tried = await attempt(request, first);
      if (!("reason" in tried)) return { ...tried, backend: first };
      fault = tried;
    }
    const proof = await request.make(processor, () => request.free());
    // A request of which the processor makes nothing that holds says nothing about the device.
    if (fault !== undefined && request.refusalOf(proof) === undefined) this.#faults.push(fault);
    return { proof, backend: processor };
  }
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
    return { kind: "failed", reason: reasonOf(error) };
  }
}
