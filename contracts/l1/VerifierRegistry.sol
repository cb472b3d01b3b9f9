// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchReader} from "../interfaces/IBatchReader.sol";
import {IStateTransitionVerifier} from "../interfaces/IStateTransitionVerifier.sol";
import {IVerifierRegistry, ProtocolVersion, RegistryTerms} from "../interfaces/IVerifierRegistry.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {Digest} from "../libraries/Digest.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {VersionStandings} from "./VersionStandings.sol";

/// @title Verifiers by protocol version
contract VerifierRegistry is VersionStandings {
    /// @dev Sentinel and outputs slot.
    uint64 private constant FIXED_LEAVES = 2;
    uint256 private constant MAX_VERSION = type(uint32).max;

    /// @dev The chains of this registry settle on another chain.
    bool private immutable isOnHyperchain;

    mapping(uint256 version => ProtocolVersion) private versions;
    /// @dev Version that was added first; 0 without one. Decides for all others whether their batches are proven.
    uint256 private firstVersion;
    /// @dev When a version first named it.
    mapping(IBatchReader reader => uint256) private readers;

    constructor(RegistryTerms memory terms) VersionStandings(terms) {
        isOnHyperchain = Predeploys.SYSTEM_CONTEXT.code.length != 0;
    }

    /// @inheritdoc IVerifierRegistry
    function addVersion(uint256 version, ProtocolVersion calldata content) external onlyGovernance {
        if (version == 0) revert ProtocolVersionZero();
        if (version > MAX_VERSION) revert ProtocolVersionTooLarge(MAX_VERSION, version);
        if (_exists(version)) revert ProtocolVersionExists(version);
        _requireSameProofs(version);
        _checkVerifier(content);
        if (address(content.tree).code.length == 0) revert TreeWithoutCode(address(content.tree));
        _checkReader(version, content.reader);
        _checkAggregator(version, content);
        _checkSecondVerifier(content);
        if (content.genesisLeafCount < FIXED_LEAVES) revert GenesisWithoutOutputsLeaf(content.genesisLeafCount);
        Digest.requireCanonical(content.genesisStateRoot);
        versions[version] = content;
        if (readers[content.reader] == 0) readers[content.reader] = block.timestamp;
        emit ProtocolVersionAdded(version, content);
    }

    /// @inheritdoc IVerifierRegistry
    function verifierOf(uint256 version, bool active) external view returns (IStateTransitionVerifier verifier) {
        verifier = versions[version].verifier;
        if (address(verifier) == address(0)) revert UnknownProtocolVersion(version);
        if (active) _requireActive(version);
    }

    /// @inheritdoc IVerifierRegistry
    function secondVerifierOf(uint256 version) external view returns (IStateTransitionVerifier second) {
        _requireKnown(version);
        second = versions[version].secondVerifier;
        if (address(second) == address(0)) revert SecondCheckUnsupported(version);
    }

    /// @inheritdoc IVerifierRegistry
    function readerOf(uint256 version, bool active) external view returns (IBatchReader reader) {
        reader = versions[version].reader;
        if (address(reader) == address(0)) revert UnknownProtocolVersion(version);
        if (active) _requireActive(version);
    }

    /// @inheritdoc IVerifierRegistry
    function aggregatorOf(uint256 version) external view returns (address aggregator, bool isStopped) {
        _requireKnown(version);
        return (address(versions[version].aggregator), _isStopped(version));
    }

    /// @inheritdoc IVerifierRegistry
    function readerSince(uint256 version) external view returns (uint256) {
        _requireKnown(version);
        return readers[versions[version].reader];
    }

    /// @inheritdoc IVerifierRegistry
    function contentOf(uint256 version) external view returns (ProtocolVersion memory) {
        _requireKnown(version);
        return versions[version];
    }

    function _requireKnown(uint256 version) internal view override {
        if (!_exists(version)) revert UnknownProtocolVersion(version);
    }

    /// @dev Otherwise a chain could pass from proofs to markers, which any account can make.
    function _requireSameProofs(uint256 version) private {
        if (firstVersion == 0) firstVersion = version;
        else if (VersionNumber.isWithoutProofs(firstVersion) != VersionNumber.isWithoutProofs(version)) {
            revert ProofsMismatch(firstVersion, version);
        }
    }

    /// @dev Chains on chains import no first state, and a proven version's verifier checks nothing else.
    function _checkVerifier(ProtocolVersion calldata content) private view {
        address verifier = address(content.verifier);
        if (verifier == address(0) && isOnHyperchain && address(content.aggregator) != address(0)) return;
        if (verifier.code.length == 0) revert VerifierWithoutCode(verifier);
    }

    function _checkReader(uint256 version, IBatchReader reader) private view {
        if (address(reader).code.length == 0) revert ReaderWithoutCode(address(reader));
        (uint256 named, uint256 read) = (VersionNumber.formatOf(version), reader.format());
        if (read != named) revert ReaderOfOtherFormat(named, read);
    }

    function _checkAggregator(uint256 version, ProtocolVersion calldata content) private view {
        address aggregator = address(content.aggregator);
        if ((aggregator == address(0)) != (content.executionKey == 0)) {
            revert ExecutionKeyMismatch(aggregator, content.executionKey);
        }
        bool isProven = VersionNumber.isProven(version);
        if (aggregator == address(0)) {
            // Otherwise a quorum alone could write predeploys in batches that the reader takes for proven ones.
            if (isProven) revert AggregatorMissing(version);
            return;
        }
        // Otherwise a chain's run of proven batches could begin with predeploys that its quorum wrote.
        if (!isProven) revert AggregatorOfTrustedVersion(version);
        if (aggregator.code.length == 0) revert AggregatorWithoutCode(aggregator);
        uint256 proven = content.aggregator.protocolVersion();
        if (proven != version) revert AggregatorOfOtherVersion(version, proven);
        Digest.requireCanonical(content.executionKey);
    }

    function _checkSecondVerifier(ProtocolVersion calldata content) private view {
        address second = address(content.secondVerifier);
        if (second == address(0)) return;
        if (isOnHyperchain || address(content.aggregator) != address(0)) revert SecondVerifierUnsupported(second);
        if (second.code.length == 0) revert VerifierWithoutCode(second);
    }

    function _exists(uint256 version) private view returns (bool) {
        return address(versions[version].reader) != address(0);
    }
}
