import { addressOf } from "../model/aliases.ts";
import type { Action, Deployment, Situation } from "./action.ts";

type Make = (
  situation: Situation,
) => Omit<Deployment, "refusal"> & { readonly error: string; readonly errorArgs: (address: string) => readonly unknown[] };

/** A contract that its own constructor refuses to be. */
function refused(aim: string, make: Make): Action {
  return {
    name: `deploy with ${aim}`,
    aims: [aim],
    weight: 0,
    make(situation): Deployment {
      const { artifact, args, error, errorArgs } = make(situation);
      return { artifact, args, refusal: (address) => ({ error, args: errorArgs(address) }) };
    },
  };
}

const members = [addressOf(5n), addressOf(9n)];

export const deploymentActions: readonly Action[] = [
  refused("ChainFactory.MiswiredDeployment", ({ world }) => ({
    artifact: "ChainFactory",
    args: [world.addresses.implementation, 0n, 0n],
    error: "MiswiredDeployment",
    errorArgs: (address) => [address, world.addresses.factory],
  })),
  refused("CommitteePolicy.CommitteeEmpty", () => ({
    artifact: "CommitteePolicy",
    args: [[], 1n],
    error: "CommitteeEmpty",
    errorArgs: () => [],
  })),
  refused("CommitteePolicy.ThresholdOutOfRange", ({ random }) => {
    const threshold = random.choose(0n, 3n);
    return {
      artifact: "CommitteePolicy",
      args: [members, threshold],
      error: "ThresholdOutOfRange",
      errorArgs: () => [2, threshold],
    };
  }),
  refused("CommitteePolicy.MembersNotAscending", () => ({
    artifact: "CommitteePolicy",
    args: [[...members].reverse(), 1n],
    error: "MembersNotAscending",
    errorArgs: () => [members[1], members[0]],
  })),
  ...(["AllOfPolicy", "AnyOfPolicy"] as const).flatMap((artifact) => [
    refused(`${artifact}.TooFewMembers`, ({ scene, random }) => {
      const parts = random.oneIn(2) ? [] : [scene.policies.rollup];
      return { artifact, args: [parts], error: "TooFewMembers", errorArgs: () => [2, parts.length] };
    }),
    refused(`${artifact}.MemberWithoutCode`, ({ scene }) => ({
      artifact,
      args: [[scene.policies.rollup, members[0]]],
      error: "MemberWithoutCode",
      errorArgs: () => [members[0]],
    })),
  ]),
];
