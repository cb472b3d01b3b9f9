import { randomBytes } from "node:crypto";
import { ENVELOPE_ADDRESS, MAX_ENVELOPES } from "../../../ground/protocol/envelope.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { dealKey } from "../../../chain/threshold/key-shares.ts";
import { KeySharing, type ShareMessage } from "../encrypted/key-sharing.ts";
import { OpeningWorker } from "../encrypted/opening-worker.ts";
import { OwedEnvelopes } from "../encrypted/owed-envelopes.ts";
import { LocalNet, type Connections } from "./local-net.ts";

/** Encryption of a chain's transactions to its nodes. */
export interface EncryptionStatus {
  /** Life of the encryption: another one after each return to a snapshot. */
  readonly life: Hex;
  /** Public key of the nodes, a point of BLS12-381's G2, compressed. */
  readonly publicKey: Hex;
  /** Nodes that open an envelope together. */
  readonly threshold: number;
  readonly nodes: number;
  /** Account that envelopes are sent to. */
  readonly envelopeAddress: Hex;
  /** Maximum number of envelopes in a decision. */
  readonly maxEnvelopes: number;
  /** Envelopes that are in a block and not opened. */
  readonly owed: number;
}

export interface EncryptedMempoolParts {
  readonly chainId: ChainId;
  /** Nodes that hold shares. */
  readonly nodes: number;
  readonly connections: Connections;
  /** True if the open batch is metered: no kernel runs transactions of envelopes. */
  readonly isMetered: () => boolean;
  /** Called when an envelope is open. */
  readonly onOpened: () => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Encrypted mempool of nodes of one process. This process deals their key, so it can read every envelope. The key ends with
 * the process, and with it the debt: envelopes that were not opened are never opened.
 */
export class EncryptedMempool {
  readonly envelopes: OwedEnvelopes;
  readonly #key: ReturnType<typeof dealKey>;
  readonly #worker = new OpeningWorker();
  readonly #net: LocalNet<ShareMessage>;
  readonly #sharing: KeySharing;
  readonly #stops = new Map<number, () => void>();
  #isClosed = false;

  constructor({ chainId, nodes, connections, isMetered, onOpened, onFailure }: EncryptedMempoolParts) {
    const newLife = (): Hex => toHex(randomBytes(32));
    this.envelopes = new OwedEnvelopes({ chainId, newLife, isTaken: () => !isMetered() });
    // One more than may lie.
    this.#key = dealKey(randomBytes(32), { holders: nodes, threshold: Math.floor((nodes - 1) / 3) + 1 });
    this.#net = new LocalNet(connections);
    this.#sharing = new KeySharing({
      chainId,
      key: this.#key,
      envelopes: this.envelopes,
      worker: this.#worker,
      onOpened,
      send: (from, message) => this.#net.of(from).send(message),
      onFailure: (error) => {
        if (!this.#isClosed) onFailure(error);
      },
    });
  }

  get status(): EncryptionStatus {
    const { publicKey, publicShares, threshold } = this.#key;
    return {
      life: this.envelopes.life,
      publicKey: toHex(publicKey),
      threshold,
      nodes: publicShares.length,
      envelopeAddress: ENVELOPE_ADDRESS,
      maxEnvelopes: MAX_ENVELOPES,
      owed: this.envelopes.owed.length,
    };
  }

  /** The node runs, and has the certificate of this view's decision. */
  start(index: number, view: number): void {
    const stop = this.#net.of(index).listen((message, from) => this.#sharing.receive(index, message, from));
    this.#stops.set(index, stop);
    this.#sharing.start(index, view);
  }

  /** The node has stopped. */
  stop(index: number): void {
    this.#stops.get(index)?.();
    this.#stops.delete(index);
    this.#sharing.stop(index);
  }

  /** The node has the certificate of a decision with these serialized transactions. */
  decided(index: number, view: number, transactions: readonly Hex[]): void {
    this.#sharing.decided(index, { view, transactions });
  }

  /** Nodes reach each other again. */
  connected(): void {
    this.#sharing.resend();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const index of [...this.#stops.keys()]) this.stop(index);
    await this.#worker.close();
  }
}
