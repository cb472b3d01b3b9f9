// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";

/// @notice What a protocol version fixes for all chains that run it.
/// @param verifier Checks the proofs of its batches.
/// @param genesisStateRoot State root before the first batch.
/// @param genesisLeafCount Leaves of that state's tree.
struct ProtocolVersion {
    IStateTransitionVerifier verifier;
    bytes32 genesisStateRoot;
    uint64 genesisLeafCount;
}

/// @title Verifiers by protocol version
/// @notice One verifier serves all chains of a version; a chain cannot bring its own.
/// @dev Governance adds versions and retires them with notice; it can neither replace nor revive one. A chain never moves to
/// another version by itself, so a new version endangers only chains that are created on it: a verifier that lies lets such
/// a chain's quorum take that chain's own balances. Retiring a version stops its chains after the notice, for good: from then
/// on they neither commit nor prove. What was proven before executes, after its delay; so a withdrawal that was begun before the
/// announcement can finish, and no chain is created whose windows and delays are longer than the notice. Holders should
/// withdraw within the notice. Afterwards the exit is the only way: anyone queues an operation, which no batch can take, waits
/// for its deadline and the chain's exit delay, and stops the chain; batches that were not executed until then are void.
interface IVerifierRegistry {
    event ProtocolVersionAdded(
        uint256 indexed version, address verifier, bytes32 genesisStateRoot, uint64 genesisLeafCount
    );
    event ProtocolVersionRetirementScheduled(uint256 indexed version, uint256 retiresAt);

    error OnlyGovernance(address expected, address actual);
    error UnknownProtocolVersion(uint256 version);
    error ProtocolVersionExists(uint256 version);
    error ProtocolVersionRetired(uint256 version, uint256 retiredAt);
    error RetirementAlreadyScheduled(uint256 version, uint256 retiresAt);
    error VerifierWithoutCode(address verifier);
    error GenesisWithoutOutputsLeaf(uint64 leafCount);

    /// @notice Adds a version. Only governance. Reverts unless the verifier has code, the root is canonical and the state
    /// has at least the sentinel and the outputs leaf.
    function addVersion(uint256 version, ProtocolVersion calldata content) external;

    /// @notice Retires a version after the notice. Only governance.
    function scheduleRetirement(uint256 version) external;

    /// @notice A version that may be used. Reverts with UnknownProtocolVersion or ProtocolVersionRetired.
    function requireActive(uint256 version) external view returns (ProtocolVersion memory);

    /// @notice When a version stops, in seconds; 0 while that is not scheduled.
    function retiresAt(uint256 version) external view returns (uint256);

    function governance() external view returns (address);

    /// @notice Seconds between a retirement's announcement and its effect.
    function retirementNotice() external view returns (uint256);
}
