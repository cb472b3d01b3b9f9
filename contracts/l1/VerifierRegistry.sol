// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifierRegistry, ProtocolVersion} from "../interfaces/IVerifierRegistry.sol";
import {Digest} from "../libraries/Digest.sol";

/// @title Verifiers by protocol version
contract VerifierRegistry is IVerifierRegistry {
    /// @dev Sentinel and outputs slot.
    uint64 private constant FIXED_LEAVES = 2;

    /// @inheritdoc IVerifierRegistry
    address public immutable governance;
    /// @inheritdoc IVerifierRegistry
    uint256 public immutable retirementNotice;

    /// @inheritdoc IVerifierRegistry
    mapping(uint256 version => uint256) public retiresAt;
    mapping(uint256 version => ProtocolVersion) private versions;

    constructor(address governance_, uint256 retirementNotice_) {
        governance = governance_;
        retirementNotice = retirementNotice_;
    }

    modifier onlyGovernance() {
        if (msg.sender != governance) revert OnlyGovernance(governance, msg.sender);
        _;
    }

    /// @inheritdoc IVerifierRegistry
    function addVersion(uint256 version, ProtocolVersion calldata content) external onlyGovernance {
        if (_exists(version)) revert ProtocolVersionExists(version);
        if (address(content.verifier).code.length == 0) revert VerifierWithoutCode(address(content.verifier));
        if (content.genesisLeafCount < FIXED_LEAVES) revert GenesisWithoutOutputsLeaf(content.genesisLeafCount);
        Digest.requireCanonical(content.genesisStateRoot);
        versions[version] = content;
        emit ProtocolVersionAdded(
            version, address(content.verifier), content.genesisStateRoot, content.genesisLeafCount
        );
    }

    /// @inheritdoc IVerifierRegistry
    function scheduleRetirement(uint256 version) external onlyGovernance {
        if (!_exists(version)) revert UnknownProtocolVersion(version);
        if (retiresAt[version] != 0) revert RetirementAlreadyScheduled(version, retiresAt[version]);
        retiresAt[version] = block.timestamp + retirementNotice;
        emit ProtocolVersionRetirementScheduled(version, retiresAt[version]);
    }

    /// @inheritdoc IVerifierRegistry
    function requireActive(uint256 version) external view returns (ProtocolVersion memory) {
        if (!_exists(version)) revert UnknownProtocolVersion(version);
        uint256 end = retiresAt[version];
        if (end != 0 && block.timestamp >= end) revert ProtocolVersionRetired(version, end);
        return versions[version];
    }

    function _exists(uint256 version) private view returns (bool) {
        return address(versions[version].verifier) != address(0);
    }
}
