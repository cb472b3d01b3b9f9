import { task } from "hardhat/config";
import { json, option, settlementUrl, url } from "./shared.ts";

/** Tasks of those who govern versions and chains. */
export const governingTasks = {
  upgrade: task("hyperchain:upgrade", "Show, schedule, withdraw or rehearse a chain's move to another protocol version")
    .addPositionalArgument(option("chain", "Name or id, or the address of its contract on L1; none with --all"))
    .addOption(option("to", "Schedule this version, as the chain's admin, with the notice in which users can leave"))
    .addOption(option("execution", "Instead of --to: schedule the version of trusted or of proven chains"))
    .addOption(
      option(
        "verifier",
        "With --to: governance adds the version first, with the verifier at this address on L1 and the rest as now (needs governance's key)",
      ),
    )
    .addOption(
      option(
        "notBefore",
        "With --to: the time from which it takes effect, where that is later than the notice, as 2027-03-01T12:00Z or in seconds; within 90 days",
      ),
    )
    .addOption(
      option(
        "lockPool",
        "To proven execution: the most ETH that may be locked in the chain's shielded pool, which holds the upgrade otherwise (default: 0)",
      ),
    )
    .addFlag({ name: "cancel", description: "Withdraw the version that the chain waits for, until it takes effect" })
    .addFlag({
      name: "all",
      description:
        "Every governed chain of the running ecosystem, chains on chains too, on one day; names chains that leave, and those whose users have a late way out",
    })
    .addFlag({
      name: "rehearse",
      description:
        "On a devnet: add a version with a new verifier, move the time past the notice, settle a batch of each version, and claim a withdrawal of each",
    })
    .addOption(
      option(
        "from",
        "The admin, who signs on L1: number or address of a development account (default: the admin's, if it is one)",
      ),
    )
    .addOption(settlementUrl)
    .addOption(url)
    .addFlag(json),
  governance: task(
    "hyperchain:governance",
    "Show who governs protocol versions, and what is voted on; propose, vote, queue, execute",
  )
    .addPositionalArgument({
      name: "chain",
      description: "A chain whose versions they are: name or id, or the address of its contract on L1",
    })
    .addOption(option("add", "Add this version, with --verifier and the rest as the chain's: by a proposal where votes govern"))
    .addOption(option("verifier", "With --add: the contract that checks the proofs of the version's batches"))
    .addOption(option("retire", "End this version, with the registry's notice"))
    .addOption(option("halt", "Halt this frozen version for good, where the council agrees"))
    .addOption(option("replacement", "With --halt or --approve-halt: version that chains pass to (default: none)"))
    .addOption(option("council", "Name this account or contract as the next council, with the registry's notice"))
    .addOption(option("freeze", "As the council: stop these versions, with commas between, for --seconds"))
    .addOption(option("softFreeze", "As fewer of the council: the same, within what soft freezes have of a cycle's time"))
    .addOption(option("seconds", "With --freeze or --soft-freeze: how long"))
    .addOption(option("unfreeze", "As the council: end the freeze of this version"))
    .addOption(option("approveHalt", "As the council: agree that governance halts this frozen version"))
    .addOption(
      option("deadline", "With an act of the council: second until which the signatures can be brought (default: an hour)"),
    )
    .addOption(
      option(
        "signatures",
        "With an act of the council: members' signatures, with commas between, which are brought (default: sign as a member)",
      ),
    )
    .addOption(option("call", "Have governance call this contract, such as its own governor"))
    .addOption(option("calldata", "With --call: what it is called with, 0x… (default: nothing)"))
    .addOption(option("description", "Of what is proposed; the same acts twice need another (default: none)"))
    .addOption(option("vote", "Vote on this proposal: its id, or the first digits of it"))
    .addOption(option("support", "With --vote: for, against or abstain (default: for)"))
    .addOption(option("queue", "Have this proposal wait in the timelock, once it has succeeded"))
    .addOption(option("execute", "Execute this proposal through the timelock, after its delay"))
    .addOption(
      option(
        "from",
        "Who signs: number or address of a development account, with votes where it proposes or votes (default: governance's, if it is one, else account 0)",
      ),
    )
    .addOption(settlementUrl)
    .addOption(url)
    .addFlag(json),
  terms: task(
    "hyperchain:terms",
    "Show a chain's terms: validators, standby, policy, flags; as its admin, announce others, or withdraw them",
  )
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addOption(option("validators", "Accounts that sign its batches, with commas, or none"))
    .addOption(option("threshold", "How many of them have to sign (default: all)"))
    .addOption(option("standby", "Accounts that sign where validators leave the queue overdue, with commas, or none"))
    .addOption(option("standbyThreshold", "How many of those have to sign (default: all)"))
    .addOption(option("policy", "Contract that says where its data must be"))
    .addOption(option("filterer", "Contract that says whose operations it takes, or none"))
    .addOption(option("governed", "yes, or no to leave governance: then no retirement, freeze or halt reaches it"))
    .addOption(option("takesReplacements", "yes: from a halted version its admin takes it at once to the replacement"))
    .addOption(option("secondCheck", "yes: each batch needs a second verifier's check; no alone counts after one window"))
    .addFlag({ name: "withdraw", description: "Withdraw the terms that wait, until they count" })
    .addOption(
      option(
        "from",
        "The admin, who signs on L1: number or address of a development account (default: the admin's, if it is one)",
      ),
    )
    .addOption(settlementUrl)
    .addOption(url)
    .addFlag(json),
};
