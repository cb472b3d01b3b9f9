import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { quantity } from "../../../chain/rpc/request/quantities.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { networkInfo } from "./describe-network.ts";
import type { GuardianMember } from "./guardian-member.ts";
import type { RunningNetwork } from "./guardian-networks.ts";

/** Methods about guardians that run with the ecosystem: every member of the ecosystem answers them. */
export function guardianMethods(networks: readonly RunningNetwork[]): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "hyperchain_setGuardian",
      async ([name, index, running]) => {
        const network = networkNamed(networks, name);
        const member = memberOf(network, index);
        await (running === true ? member.start() : member.stop()).catch((cause: unknown) => {
          throw new RpcError(RpcCode.rejected, reasonOf(cause), { code: "GuardianNotStarted" }, { cause });
        });
        return networkInfo(network);
      },
    ],
  ]);
}

function networkNamed(networks: readonly RunningNetwork[], name: unknown): RunningNetwork {
  const network = networks.find((each) => each.name === name);
  if (network !== undefined) return network;
  const known = networks.map((each) => `"${each.name}"`).join(", ") || "none";
  throw unknownGuardian(`params[0] names no network of guardians of this ecosystem; there are: ${known}`);
}

function memberOf({ name, members }: RunningNetwork, index: unknown): GuardianMember {
  const number = quantity(index);
  const member = number < BigInt(members.length) ? members[Number(number)] : undefined;
  if (member !== undefined) return member;
  throw unknownGuardian(`${name} has no guardian ${number}; it has guardians 0 to ${members.length - 1}`);
}

function unknownGuardian(message: string): RpcError {
  return new RpcError(RpcCode.invalidParams, message, { code: "UnknownGuardian" });
}
