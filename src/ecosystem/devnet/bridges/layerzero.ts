import { connectLayerZero, deployLayerZero, layerZeroCode, layerZeroContracts } from "../../bridges/layerzero/deploy.ts";
import type { SentPacket } from "../../bridges/layerzero/book.ts";
import { LayerZeroWorker } from "../../bridges/layerzero/worker.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import type { BridgeCrossing } from "./gateway-carrier.ts";
import { describePacket } from "./packet-info.ts";
import { runningBridge } from "./running-bridge.ts";

/** LayerZero V2. */
export const layerzero: BridgeKind = {
  name: "layerzero",
  toldId: Number,
  contracts: (operator) => ({ ...layerZeroContracts(operator) }),
  peer: (operator) => layerZeroContracts(operator).dvn,
  async load(folder, artifacts) {
    const code = await layerZeroCode(folder, artifacts);
    return { deploy: (member, transmit) => deployLayerZero(member, code, transmit), connect: connectLayerZero };
  },
  begin(members, { bring, ...seams }) {
    const worker: LayerZeroWorker = new LayerZeroWorker({
      members,
      ...seams,
      bring: (waiting) => bring(packetCrossings(waiting, worker.contracts.dvn)),
    });
    return runningBridge(worker, members, () =>
      [...worker.book.packets()].map((packet) => describePacket(packet, worker, members)),
    );
  },
};

/** Packets that pay the DVN: others have no messages of it, and any account can send those for nothing. */
export function packetCrossings(packets: readonly SentPacket[], dvn: Hex): readonly BridgeCrossing[] {
  return packets
    .filter(({ paid }) => paid.dvns.includes(dvn))
    .map(({ srcEid, dstEid, sent }) => ({ fromId: BigInt(srcEid), toId: BigInt(dstEid), sent }));
}
