import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { Backend } from "../kernels/backend.ts";
import { CardMemoryExceeded } from "../kernels/webgpu/card/device-memory.ts";
import { CardFailed } from "../kernels/webgpu/card/machine.ts";
import { OneAtATime } from "../../ground/runtime/one-at-a-time.ts";

/** A proof that any backend can be asked for. */
export interface ProofRequest<Proof> {
  /**
   * `onTracesRead`: called after the last read of the traces; absent where another backend may have to read
   * them again.
   */
  make(backend: Backend, onTracesRead: (() => void) | undefined): Promise<Proof>;
  /** Memory of the proof; absent if only making it shows this. */
  readonly plan?: ProofPlan | undefined;
  /** Frees the traces. */
  free(): void;
  /** Why a proof does not hold, by a key that the processor committed; undefined where it does. */
  refusalOf(proof: Proof): string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Memory of a proof on a device, found before any upload. */
interface ProofPlan {
  /** Proofs of one shape take the same. */
  readonly shape: string;
  /** Makes the proof on a backend that computes nothing. Tells nothing of its progress, and frees nothing. */
  make(backend: Backend): Promise<unknown>;
}

/** A backend whose memory may be too small for a proof. */
interface ProvingDevice extends Backend {
  /** Rejects with CardMemoryExceeded where the work takes more than there is. */
  plan?(work: (backend: Backend) => Promise<unknown>): Promise<unknown>;
  /** Called between proofs: releases memory that only the next one would allocate again. */
  rest?(): void;
}

/**
 * Fault of a device for a proof that the processor could make. "too-large": the proof needs more memory than
 * the device has, which implies nothing about others.
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
  /** Results for shapes: the reason why a proof does not fit the device, undefined if it does. */
  readonly #plans = new Map<string, DeviceFault | undefined>();
  #device: ProvingDevice | undefined;

  constructor(processor: Backend, device?: ProvingDevice, onFault: (fault: DeviceFault) => void = () => undefined) {
    this.processor = processor;
    this.#device = device;
    this.#onFault = onFault;
  }

  /** From now on proofs are asked of this device first. */
  adopt(device: ProvingDevice): void {
    this.#plans.clear();
    this.#device = device;
  }

  /** From now on proofs are asked of the processor. */
  leave(): void {
    this.#device = undefined;
  }

  /** The one that is asked for the next proof. */
  get first(): ProvingDevice {
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

  /** Runs work while no proof is made. */
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
      const tried = (await this.#unfit(request, first)) ?? (await attempt(request, first));
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

  /** Why a proof is not asked of the device at all. */
  async #unfit<Proof>({ plan, signal }: ProofRequest<Proof>, device: ProvingDevice): Promise<DeviceFault | undefined> {
    if (plan === undefined || device.plan === undefined) return undefined;
    if (this.#plans.has(plan.shape)) return this.#plans.get(plan.shape);
    const fault = await device
      .plan((backend) => plan.make(backend))
      .then(
        () => undefined,
        // Anything else that goes wrong goes wrong again where the proof is made.
        (error: unknown) => (error instanceof CardMemoryExceeded ? faultOf(error) : undefined),
      );
    signal?.throwIfAborted();
    this.#plans.set(plan.shape, fault);
    return fault;
  }
}

function isGivenUp(faults: readonly DeviceFault[]): boolean {
  return (
    faults.some(({ kind }) => kind === "wrong" || kind === "lost") ||
    faults.filter(({ kind }) => kind === "failed").length >= MOST_FAILURES
  );
}

async function attempt<Proof>(
  request: ProofRequest<Proof>,
  device: ProvingDevice,
): Promise<{ readonly proof: Proof } | DeviceFault> {
  try {
    const proof = await request.make(device, undefined);
    const refusal = request.refusalOf(proof);
    if (refusal !== undefined) return { kind: "wrong", reason: `a proof made on ${device.name} is refused: ${refusal}` };
    request.free();
    return { proof };
  } catch (error) {
    request.signal?.throwIfAborted();
    return faultOf(error);
  } finally {
    device.rest?.();
  }
}

function faultOf(error: unknown): DeviceFault {
  const reason = reasonOf(error);
  if (error instanceof CardMemoryExceeded) return { kind: "too-large", reason };
  return { kind: error instanceof CardFailed && error.code !== "Refused" ? "lost" : "failed", reason };
}
