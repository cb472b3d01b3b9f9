import type { BridgeMember } from "../bridge-member.ts";
import { strangersWord } from "../worked-member.ts";
import type { SentPacket } from "./book.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import { application, endpoint } from "./interfaces.ts";

/** Obstacles of committed packets before they can be executed. */
export class PathOrder {
  readonly #contracts: LayerZeroContracts;
  /**
   * Up to which nonce all packets of a path have been verified, as its destination has said: this never falls there. The endpoint
   * counts what is not executed yet one by one, so to ask it for each packet would take the square of their number.
   */
  readonly #verified = new Map<string, bigint>();

  constructor(contracts: LayerZeroContracts) {
    this.#contracts = contracts;
  }

  forget(): void {
    this.#verified.clear();
  }

  /** Obstacle of a packet that its destination has committed; `undefined` if there is none. */
  async obstacle(packet: SentPacket, member: BridgeMember): Promise<string | undefined> {
    const { srcEid, sender, receiver, nonce, options } = packet;
    const verified = await this.#verifiedUpTo(packet, member);
    if (verified < nonce)
      return `message ${verified + 1n} of its path has not been verified, and none behind it can be executed before`;
    if (options?.ordered !== true) return undefined;
    // Its receiver may say anything, or nothing.
    const data = application.encodeFunctionData("nextNonce", [srcEid, sender]);
    const next = (await strangersWord(member.provider, { to: receiver, data })) ?? 0n;
    return next === 0n || next === nonce
      ? undefined
      : `its sender wants messages in order, and ${receiver} on ${member.name} expects message ${next}; this is ${nonce}`;
  }

  async #verifiedUpTo({ srcEid, sender, receiver, nonce }: SentPacket, { id, provider }: BridgeMember): Promise<bigint> {
    const path = `${id} ${receiver} ${srcEid} ${sender}`;
    const known = this.#verified.get(path) ?? 0n;
    if (known >= nonce) return known;
    let verified = nonce;
    // It is committed itself: behind one that is known to be verified it is the next one.
    if (known + 1n !== nonce) {
      const data = endpoint.encodeFunctionData("inboundNonce", [receiver, srcEid, sender]);
      verified = BigInt(await provider.call({ to: this.#contracts.endpoint, data }));
    }
    this.#verified.set(path, verified);
    return verified;
  }
}
