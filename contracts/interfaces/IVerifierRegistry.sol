// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchReader} from "./IBatchReader.sol";
import {IProofAggregator} from "./IProofAggregator.sol";
import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";
import {IStateTree} from "./IStateTree.sol";

/// @notice Contracts and constants of a protocol version, equal for all chains that run it.
/// @param verifier Checks the proofs of its batches' data, and of first states. 0 for a version that proves execution on a hyperchain: neither
/// is shown there.
/// @param secondVerifier Checks the same proofs a second time, for chains whose terms require that; 0: none. A verifier written apart from
/// the first: a fault that both have is caught by none of them. One that refuses true batches stops these chains until their admins
/// drop the second check (IChainTerms).
/// @param aggregator Tells chains which of its batches' executions are proven; 0 where the version proves no execution. On a hyperchain
/// that is proven it is a CarriedProofs contract.
/// @param tree Hashes proofs against the states of its batches.
/// @param reader Reads its batches: all bytes that its format fixes.
/// @param genesisStateRoot State root before the first batch.
/// @param genesisLeafCount Leaves of that state's tree.
/// @param executionKey Digest of the kernel that proves execution, for readers: it is a constant of the
/// aggregator's verifier. 0 where the version proves no execution.
struct ProtocolVersion {
    IStateTransitionVerifier verifier;
    IStateTransitionVerifier secondVerifier;
    IProofAggregator aggregator;
    IStateTree tree;
    IBatchReader reader;
    bytes32 genesisStateRoot;
    uint64 genesisLeafCount;
    bytes32 executionKey;
}

/// @notice Status of a version. One word.
/// @param retiresAt Seconds from which chains stop that follow governance; 0 while that is not scheduled.
/// @param frozenUntil Seconds until which those chains are stopped; in the past where nothing is frozen.
/// @param haltedAt Seconds since when those chains are stopped for good; 0 where they are not.
/// @param replacement The version to which chains of a halted one may pass; 0 for none.
struct Standing {
    uint64 retiresAt;
    uint64 frozenUntil;
    uint64 haltedAt;
    uint32 replacement;
}

/// @notice Terms of a registry, permanent except the council.
/// @param governance Adds, retires and halts versions.
/// @param council Freezes them; 0: no freezes until governance names one.
/// @param retirementNotice Seconds between a retirement's announcement, or a council's, and its effect.
/// @param freezeTime Seconds that versions may be frozen in a cycle, all freezes together.
/// @param freezeCycle Seconds from the end of the last freeze until that time is whole again.
struct RegistryTerms {
    address governance;
    address council;
    uint64 retirementNotice;
    uint64 freezeTime;
    uint64 freezeCycle;
}

/// @title Verifiers by protocol version
/// @notice One verifier serves all chains of a version; a chain cannot bring its own.
/// @dev Governance adds versions and retires them with notice; it can neither replace nor revive one. A chain
/// never moves to another version unless its admin says so (IChainSettings), so a verifier, an aggregator or
/// a tree endangers only chains that are created on the version or choose it: a verifier that lies lets such
/// a chain's quorum take that chain's own balances. A reader that lies endangers all chains: it can hide what
/// a chain sends, which others then take for backed. So no chain takes a reader that was added after the
/// first chain within the notice (IChainFactory). Retiring a version stops the chains that are still on it
/// after the notice: from then on they neither commit nor prove under it. What was proven before executes,
/// after its delay; so a withdrawal that was begun before the announcement can finish, and no chain is
/// created whose upgrade takes longer than the notice. Where no version follows, holders should withdraw
/// within the notice. Afterwards the exit is the only way: anyone queues an operation, which no batch can
/// take, waits for its deadline and the chain's exit delay, and stops the chain; batches that were not
/// executed until then are void. Exits and claims ask no version whether it is active.
///
/// A council freezes versions, for a time that is bounded in any cycle: batches of chains on them are neither
/// committed, proven nor executed. While one is frozen, governance and council together halt it for good.
/// Neither stops anything else: operations are queued, exits open and pay, claims and refunds are made,
/// batches reverted, upgrades and terms scheduled. A chain that does not follow governance (Terms.isGoverned)
/// is reached by none of it.
interface IVerifierRegistry {
    event ProtocolVersionAdded(uint256 indexed version, ProtocolVersion content);
    event ProtocolVersionRetirementScheduled(uint256 indexed version, uint256 retiresAt);
    event ProtocolVersionFrozen(uint256 indexed version, uint256 frozenUntil);
    event ProtocolVersionUnfrozen(uint256 indexed version);
    /// @notice The council agrees to a halt, until the present freeze ends.
    event HaltApproved(uint256 indexed version, uint256 indexed replacement, uint256 until);
    event ProtocolVersionHalted(uint256 indexed version, uint256 indexed replacement);
    event CouncilScheduled(address indexed council, uint256 effectiveAt);
    event CouncilChanged(address indexed previous, address indexed council);

    error OnlyGovernance(address expected, address actual);
    error OnlyCouncil(address expected, address actual);
    error UnknownProtocolVersion(uint256 version);
    /// @notice A version has no number 0, because 0 means that there is no version.
    error ProtocolVersionZero();
    error ProtocolVersionTooLarge(uint256 maximum, uint256 actual);
    error ProtocolVersionExists(uint256 version);
    error ProtocolVersionRetired(uint256 version, uint256 retiredAt);
    /// @notice The version's retirement is announced: chains that took it now would have less than the
    /// notice.
    error ProtocolVersionRetiring(uint256 version, uint256 retiresAt);
    error RetirementAlreadyScheduled(uint256 version, uint256 retiresAt);
    error VersionFrozen(uint256 version, uint256 frozenUntil, uint256 actual);
    error VersionHalted(uint256 version, uint256 haltedAt);
    /// @notice Only what is frozen is thawed or halted.
    error VersionNotFrozen(uint256 version);
    /// @notice No version is named.
    error NothingToFreeze();
    /// @notice Only `left` seconds of this cycle's time may still be frozen. A freeze takes at least one.
    error FreezeTooLong(uint256 left, uint256 asked);
    /// @notice The council has not agreed to this halt in this freeze.
    error HaltNotApproved(uint256 version, uint256 replacement);
    /// @notice A replacement has the halted version's machine and no lower format, and proves execution if the halted version does.
    error ReplacementUnfit(uint256 version, uint256 replacement);
    error NoCouncilScheduled();
    error CouncilTooEarly(uint256 effectiveAt, uint256 actual);
    /// @notice A cycle is longer than its freezes, and no shorter than a notice.
    error FreezeOutOfRange(uint256 freezeTime, uint256 freezeCycle, uint256 retirementNotice);
    /// @notice Either all versions of a registry are proven, or none is: bit 31 of `version` differs from that of the first one.
    error ProofsMismatch(uint256 firstVersion, uint256 version);
    error VerifierWithoutCode(address verifier);
    /// @notice Only versions on L1 that prove no execution have a second verifier: a batch whose execution is proven has no proof that it
    /// could check, and the units of a transaction on a proven chain do not suffice for it.
    error SecondVerifierUnsupported(address secondVerifier);
    /// @notice The version has no second verifier.
    error SecondCheckUnsupported(uint256 version);
    error TreeWithoutCode(address tree);
    error ReaderWithoutCode(address reader);
    /// @notice Bits 1 to 7 of a version's number are the format that its reader reads.
    error ReaderOfOtherFormat(uint256 expected, uint256 actual);
    error AggregatorWithoutCode(address aggregator);
    error AggregatorOfOtherVersion(uint256 expected, uint256 actual);
    /// @notice A version has both an aggregator and the key of its kernel, or neither.
    error ExecutionKeyMismatch(address aggregator, bytes32 executionKey);
    /// @notice The number is a proven version's, whose batches only an aggregator proves.
    error AggregatorMissing(uint256 version);
    /// @notice The number is a trusted version's: openings of its batches install no predeploys, so it has no aggregator.
    error AggregatorOfTrustedVersion(uint256 version);
    error GenesisWithoutOutputsLeaf(uint64 leafCount);

    /// @notice Adds a version, from 1 on and of at most 32 bits: 0 whether execution is proven ‖ 1…7 its format ‖ 8…15 generation of
    /// circuits, kernel and limits ‖ 16…30 machine ‖ 31 whether nothing is proven: the same value in all versions of a registry. Only governance. Reverts unless verifier, second verifier if there is one, tree and reader have code, the reader's format is
    /// the number's, the root is canonical, the state has at least the sentinel and the outputs leaf, and an aggregator, which proven versions have and
    /// others have not, is this version's and comes with a kernel's key.
    function addVersion(uint256 version, ProtocolVersion calldata content) external;

    /// @notice Retires a version after the notice. Only governance.
    function scheduleRetirement(uint256 version) external;

    /// @notice Stops the chains of these versions for that time. Only the council. Spends the time once for all of them, and reverts with
    /// FreezeTooLong for more than is left. It is whole again a cycle after the end of the last freeze: so in no cycle more is frozen.
    function freeze(uint256[] calldata frozen, uint64 time) external;

    /// @notice Ends a freeze. Only the council. Gives no time back, and ends what was approved in it.
    function unfreeze(uint256 version) external;

    /// @notice Agrees to the halt of a version that is frozen, with this replacement, until the present freeze ends. Only the council.
    function approveHalt(uint256 version, uint32 replacement) external;

    /// @notice Halts a version that is frozen, for good. Only governance, and only with the council's word for the same replacement:
    /// another that is active, or 0 for none.
    function halt(uint256 version, uint32 replacement) external;

    /// @notice Names the next council, or none (0), after the retirement's notice. Only governance. Replaces one that waits.
    function scheduleCouncil(address next) external;

    /// @notice Replaces the council by the named one, after its time has been reached. Anyone.
    function changeCouncil() external;

    /// @notice Reverts with UnknownProtocolVersion, ProtocolVersionRetired, VersionFrozen or VersionHalted unless batches of the version
    /// may be committed and proven by chains that follow governance.
    function requireActive(uint256 version) external view;

    /// @notice Reverts with VersionFrozen or VersionHalted unless proven batches of the version may be executed by chains that follow
    /// governance: what was proven before a retirement executes behind it.
    function requireExecutable(uint256 version) external view;

    /// @notice Verifier of any version. Reverts like `requireActive` if it must be active, else with
    /// UnknownProtocolVersion.
    function verifierOf(uint256 version, bool active) external view returns (IStateTransitionVerifier);

    /// @notice Second verifier of any version, also of a stopped one: it confirms batches and moves nothing.
    /// Reverts with UnknownProtocolVersion, or with SecondCheckUnsupported for a version without one.
    function secondVerifierOf(uint256 version) external view returns (IStateTransitionVerifier);

    /// @notice Reader of any version. Reverts like `requireActive` if it must be active, else with
    /// UnknownProtocolVersion.
    function readerOf(uint256 version, bool active) external view returns (IBatchReader);

    /// @notice Aggregator of any version. Reverts with UnknownProtocolVersion.
    /// @return aggregator 0 where the version proves no execution.
    /// @return isStopped Whether it is retired, frozen or halted.
    function aggregatorOf(uint256 version) external view returns (address aggregator, bool isStopped);

    /// @notice Reverts where the version is unknown, retired, about to retire, or halted. A freeze passes, and does not count.
    function requireLasting(uint256 version) external view;

    /// @notice When the version's reader was first named by a version, this one or an earlier one, in seconds. Reverts with
    /// UnknownProtocolVersion.
    function readerSince(uint256 version) external view returns (uint256);

    /// @notice A version, retired or not. Reverts with UnknownProtocolVersion.
    function contentOf(uint256 version) external view returns (ProtocolVersion memory);

    /// @notice When a version stops, in seconds; 0 while that is not scheduled.
    function retiresAt(uint256 version) external view returns (uint256);

    /// @notice All of where a version stands; zeros for one that was not added.
    function standingOf(uint256 version) external view returns (Standing memory);

    function governance() external view returns (address);

    /// @notice Freezes, with no other power; 0: nothing is frozen.
    function council() external view returns (address);

    /// @notice The council that takes over, and from when on; zeros where none is scheduled.
    function nextCouncil() external view returns (address next, uint64 effectiveAt);

    /// @notice Seconds that may be frozen in a cycle.
    function freezeTime() external view returns (uint256);

    /// @notice Seconds from the end of the last freeze until the time is whole again.
    function freezeCycle() external view returns (uint256);

    /// @notice Seconds that may be frozen now.
    function freezeLeft() external view returns (uint256);

    /// @notice Seconds between a retirement's announcement and its effect.
    function retirementNotice() external view returns (uint256);
}
