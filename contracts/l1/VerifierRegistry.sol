// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchReader} from "../interfaces/IBatchReader.sol";
import {IStateTransitionVerifier} from "../interfaces/IStateTransitionVerifier.sol";
import {IVerifierRegistry, ProtocolVersion} from "../interfaces/IVerifierRegistry.sol";
import {Digest} from "../libraries/Digest.sol";

/// @title Verifiers by protocol version
contract VerifierRegistry is IVerifierRegistry {
    /// @dev Sentinel and outputs slot.
    uint64 private constant FIXED_LEAVES = 2;
    uint256 private constant MAX_VERSION = type(uint32).max;
    uint256 private constant FORMAT_BITS = 8;

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
        if (version == 0) revert ProtocolVersionZero();
        if (version > MAX_VERSION) revert ProtocolVersionTooLarge(MAX_VERSION, version);
        if (_exists(version)) revert ProtocolVersionExists(version);
        if (address(content.verifier).code.length == 0) revert VerifierWithoutCode(address(content.verifier));
        if (address(content.tree).code.length == 0) revert TreeWithoutCode(address(content.tree));
        _checkReader(version, content.reader);
        _checkAggregator(version, content);
        if (content.genesisLeafCount < FIXED_LEAVES) revert GenesisWithoutOutputsLeaf(content.genesisLeafCount);
        Digest.requireCanonical(content.genesisStateRoot);
        versions[version] = content;
        emit ProtocolVersionAdded(version, content);
    }

    /// @inheritdoc IVerifierRegistry
    function scheduleRetirement(uint256 version) external onlyGovernance {
        if (!_exists(version)) revert UnknownProtocolVersion(version);
        if (retiresAt[version] != 0) revert RetirementAlreadyScheduled(version, retiresAt[version]);
        retiresAt[version] = block.timestamp + retirementNotice;
        emit ProtocolVersionRetirementScheduled(version, retiresAt[version]);
    }

    /// @inheritdoc IVerifierRegistry
    function requireLasting(uint256 version) external view {
        requireActive(version);
        uint256 end = retiresAt[version];
        if (end != 0) revert ProtocolVersionRetiring(version, end);
    }

    /// @inheritdoc IVerifierRegistry
    function verifierOf(uint256 version) external view returns (IStateTransitionVerifier) {
        requireActive(version);
        return versions[version].verifier;
    }

    /// @inheritdoc IVerifierRegistry
    function readerOf(uint256 version) external view returns (IBatchReader) {
        requireActive(version);
        return versions[version].reader;
    }

    /// @inheritdoc IVerifierRegistry
    function aggregatorOf(uint256 version) external view returns (address) {
        requireActive(version);
        return address(versions[version].aggregator);
    }

    /// @inheritdoc IVerifierRegistry
    function provesExecution(uint256 version) external view returns (bool) {
        return address(versions[version].aggregator) != address(0);
    }

    /// @inheritdoc IVerifierRegistry
    function contentOf(uint256 version) external view returns (ProtocolVersion memory) {
        if (!_exists(version)) revert UnknownProtocolVersion(version);
        return versions[version];
    }

    /// @inheritdoc IVerifierRegistry
    function requireActive(uint256 version) public view {
        if (!_exists(version)) revert UnknownProtocolVersion(version);
        uint256 end = retiresAt[version];
        if (end != 0 && block.timestamp >= end) revert ProtocolVersionRetired(version, end);
    }

    function _checkReader(uint256 version, IBatchReader reader) private view {
        if (address(reader).code.length == 0) revert ReaderWithoutCode(address(reader));
        (uint256 named, uint256 read) = (version % (1 << FORMAT_BITS), reader.format());
        if (read != named) revert ReaderOfOtherFormat(named, read);
    }

    function _checkAggregator(uint256 version, ProtocolVersion calldata content) private view {
        address aggregator = address(content.aggregator);
        if ((aggregator == address(0)) != (content.executionKey == 0)) {
            revert ExecutionKeyMismatch(aggregator, content.executionKey);
        }
        if (aggregator == address(0)) return;
        if (aggregator.code.length == 0) revert AggregatorWithoutCode(aggregator);
        uint256 proven = content.aggregator.protocolVersion();
        if (proven != version) revert AggregatorOfOtherVersion(version, proven);
        Digest.requireCanonical(content.executionKey);
    }

    function _exists(uint256 version) private view returns (bool) {
        return address(versions[version].verifier) != address(0);
    }
}
