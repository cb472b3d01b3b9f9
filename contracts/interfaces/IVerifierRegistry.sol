// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchReader} from "./IBatchReader.sol";
import {IProofAggregator} from "./IProofAggregator.sol";
import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";
import {IStateTree} from "./IStateTree.sol";

/// @notice What a protocol version fixes for all chains that run it.
/// @param verifier Checks the proofs of its batches' data.
/// @param aggregator Tells chains which of its batches' executions are proven; 0 where the version proves no execution.
/// @param tree Hashes proofs against the states of its batches.
/// @param reader Reads its batches: all bytes that its format fixes.
/// @param genesisStateRoot State root before the first batch.
/// @param genesisLeafCount Leaves of that state's tree.
/// @param executionKey Digest of the kernel that proves execution, for readers: it is a constant of the aggregator's verifier. 0 where
/// the version proves no execution.
struct ProtocolVersion {
    IStateTransitionVerifier verifier;
    IProofAggregator aggregator;
    IStateTree tree;
    IBatchReader reader;
    bytes32 genesisStateRoot;
    uint64 genesisLeafCount;
    bytes32 executionKey;
}

/// @title Verifiers by protocol version
/// @notice One verifier serves all chains of a version; a chain cannot bring its own.
/// @dev Governance adds versions and retires them with notice; it can neither replace nor revive one. A chain never moves to
/// another version unless its admin says so (IChainSettings), so a new version endangers only chains that are created on it or
/// choose it: a verifier that lies lets such a chain's quorum take that chain's own balances. Retiring a version stops the chains
/// that are still on it after the notice: from then on they neither commit nor prove under it. What was proven before executes,
/// after its delay; so a withdrawal that was begun before the announcement can finish, and no chain is created whose upgrade takes
/// longer than the notice. Where no version follows, holders should withdraw within the notice. Afterwards the exit is the only
/// way: anyone queues an operation, which no batch can take, waits for its deadline and the chain's exit delay, and stops the
/// chain; batches that were not executed until then are void. Exits and claims ask no version whether it is active.
interface IVerifierRegistry {
    event ProtocolVersionAdded(uint256 indexed version, ProtocolVersion content);
    event ProtocolVersionRetirementScheduled(uint256 indexed version, uint256 retiresAt);

    error OnlyGovernance(address expected, address actual);
    error UnknownProtocolVersion(uint256 version);
    /// @notice Where a version is stored, 0 says that there is none.
    error ProtocolVersionZero();
    error ProtocolVersionTooLarge(uint256 maximum, uint256 actual);
    error ProtocolVersionExists(uint256 version);
    error ProtocolVersionRetired(uint256 version, uint256 retiredAt);
    /// @notice Its retirement is announced: chains that took it now would have less than the notice.
    error ProtocolVersionRetiring(uint256 version, uint256 retiresAt);
    error RetirementAlreadyScheduled(uint256 version, uint256 retiresAt);
    error VerifierWithoutCode(address verifier);
    error TreeWithoutCode(address tree);
    error ReaderWithoutCode(address reader);
    /// @notice The lowest eight bits of a version's number are the format that its reader reads.
    error ReaderOfOtherFormat(uint256 expected, uint256 actual);
    error AggregatorWithoutCode(address aggregator);
    error AggregatorOfOtherVersion(uint256 expected, uint256 actual);
    /// @notice A version has both an aggregator and the key of its kernel, or neither.
    error ExecutionKeyMismatch(address aggregator, bytes32 executionKey);
    error GenesisWithoutOutputsLeaf(uint64 leafCount);

    /// @notice Adds a version, from 1 on and of at most 32 bits: 0…7 its format ‖ 8…15 generation of circuits, kernel and limits ‖ 16…30
    /// machine ‖ 31 whether nothing is proven. Only governance. Reverts unless verifier, tree and reader have code, the reader's format is
    /// the number's, the root is canonical, the state has at least the sentinel and the outputs leaf, and an aggregator, if there is one, is this version's and
    /// comes with a kernel's key.
    function addVersion(uint256 version, ProtocolVersion calldata content) external;

    /// @notice Retires a version after the notice. Only governance.
    function scheduleRetirement(uint256 version) external;

    /// @notice Reverts with UnknownProtocolVersion or ProtocolVersionRetired unless the version may be used.
    function requireActive(uint256 version) external view;

    /// @notice Of a version that may be used. Reverts like `requireActive`.
    function verifierOf(uint256 version) external view returns (IStateTransitionVerifier);

    /// @notice Of a version that may be used. Reverts like `requireActive`.
    function readerOf(uint256 version) external view returns (IBatchReader);

    /// @notice Of a version that may be used; 0 where it proves no execution. Reverts like `requireActive`.
    function aggregatorOf(uint256 version) external view returns (address);

    /// @notice Whether a version, retired or not, has an aggregator: then what its verifier accepts says nothing of execution. False for a
    /// version that was not added.
    function provesExecution(uint256 version) external view returns (bool);

    /// @notice Reverts unless the version is active and will not retire, as far as that has been announced.
    function requireLasting(uint256 version) external view;

    /// @notice A version, retired or not. Reverts with UnknownProtocolVersion.
    function contentOf(uint256 version) external view returns (ProtocolVersion memory);

    /// @notice When a version stops, in seconds; 0 while that is not scheduled.
    function retiresAt(uint256 version) external view returns (uint256);

    function governance() external view returns (address);

    /// @notice Seconds between a retirement's announcement and its effect.
    function retirementNotice() external view returns (uint256);
}
