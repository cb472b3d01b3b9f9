// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifierRegistry, RegistryTerms, Standing} from "../interfaces/IVerifierRegistry.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";

/// @title Retires, freezes and halts protocol versions
abstract contract VersionStandings is IVerifierRegistry {
    /// @inheritdoc IVerifierRegistry
    address public immutable governance;
    /// @inheritdoc IVerifierRegistry
    uint256 public immutable retirementNotice;
    /// @inheritdoc IVerifierRegistry
    uint256 public immutable freezeTime;
    /// @inheritdoc IVerifierRegistry
    uint256 public immutable freezeCycle;

    /// @dev One slot: 0…63 seconds frozen in this cycle ‖ 64…127 when the last freeze ends or was to end
    struct Spent {
        uint64 time;
        uint64 lastEnd;
    }

    /// @dev One slot: 0…159 account ‖ 160…223 when it takes over, 0 without
    struct Succession {
        address next;
        uint64 effectiveAt;
    }

    /// @dev One slot: 0…31 replacement ‖ 32…95 until when it holds
    struct Approval {
        uint32 replacement;
        uint64 until;
    }

    mapping(uint256 version => Standing) internal standings;
    mapping(uint256 version => Approval) private approvals;
    /// @inheritdoc IVerifierRegistry
    address public council;
    /// @inheritdoc IVerifierRegistry
    Succession public nextCouncil;
    Spent private spent;

    constructor(RegistryTerms memory terms) {
        governance = terms.governance;
        council = terms.council;
        retirementNotice = terms.retirementNotice;
        freezeTime = terms.freezeTime;
        freezeCycle = terms.freezeCycle;
        // No notice is longer than a retirement's: so within none more is frozen than the time of one cycle.
        if (terms.freezeTime == 0) return;
        if (terms.freezeCycle <= terms.freezeTime || terms.freezeCycle < terms.retirementNotice) {
            revert FreezeOutOfRange(terms.freezeTime, terms.freezeCycle, terms.retirementNotice);
        }
    }

    modifier onlyGovernance() {
        if (msg.sender != governance) revert OnlyGovernance(governance, msg.sender);
        _;
    }

    modifier onlyCouncil() {
        if (msg.sender != council) revert OnlyCouncil(council, msg.sender);
        _;
    }

    /// @inheritdoc IVerifierRegistry
    function scheduleRetirement(uint256 version) external onlyGovernance {
        _requireKnown(version);
        uint256 known = standings[version].retiresAt;
        if (known != 0) revert RetirementAlreadyScheduled(version, known);
        uint256 end = block.timestamp + retirementNotice;
        standings[version].retiresAt = uint64(end);
        emit ProtocolVersionRetirementScheduled(version, end);
    }

    /// @inheritdoc IVerifierRegistry
    function freeze(uint256[] calldata frozen, uint64 time) external onlyCouncil {
        if (frozen.length == 0) revert NothingToFreeze();
        uint256 left = freezeLeft();
        if (time == 0 || time > left) revert FreezeTooLong(left, time);
        uint64 end = uint64(block.timestamp) + time;
        spent.time = uint64(freezeTime - left) + time;
        if (end > spent.lastEnd) spent.lastEnd = end;
        for (uint256 i = 0; i < frozen.length; ++i) {
            uint256 version = frozen[i];
            _requireKnown(version);
            Standing storage standing = standings[version];
            if (end > standing.frozenUntil) standing.frozenUntil = end;
            emit ProtocolVersionFrozen(version, standing.frozenUntil);
        }
    }

    /// @inheritdoc IVerifierRegistry
    function unfreeze(uint256 version) external onlyCouncil {
        _requireFrozen(version);
        standings[version].frozenUntil = uint64(block.timestamp);
        delete approvals[version];
        emit ProtocolVersionUnfrozen(version);
    }

    /// @inheritdoc IVerifierRegistry
    function approveHalt(uint256 version, uint32 replacement) external onlyCouncil {
        uint64 until = _requireFrozen(version);
        _checkReplacement(version, replacement);
        approvals[version] = Approval({replacement: replacement, until: until});
        emit HaltApproved(version, replacement, until);
    }

    /// @inheritdoc IVerifierRegistry
    function halt(uint256 version, uint32 replacement) external onlyGovernance {
        _requireFrozen(version);
        uint256 haltedAt = standings[version].haltedAt;
        if (haltedAt != 0) revert VersionHalted(version, haltedAt);
        Approval memory approval = approvals[version];
        if (block.timestamp >= approval.until || approval.replacement != replacement) {
            revert HaltNotApproved(version, replacement);
        }
        _checkReplacement(version, replacement);
        standings[version].haltedAt = uint64(block.timestamp);
        standings[version].replacement = replacement;
        emit ProtocolVersionHalted(version, replacement);
    }

    /// @inheritdoc IVerifierRegistry
    function scheduleCouncil(address next) external onlyGovernance {
        uint256 effectiveAt = block.timestamp + retirementNotice;
        nextCouncil = Succession({next: next, effectiveAt: uint64(effectiveAt)});
        emit CouncilScheduled(next, effectiveAt);
    }

    /// @inheritdoc IVerifierRegistry
    function changeCouncil() external {
        Succession memory known = nextCouncil;
        if (known.effectiveAt == 0) revert NoCouncilScheduled();
        if (block.timestamp < known.effectiveAt) revert CouncilTooEarly(known.effectiveAt, block.timestamp);
        emit CouncilChanged(council, known.next);
        council = known.next;
        delete nextCouncil;
    }

    /// @inheritdoc IVerifierRegistry
    function retiresAt(uint256 version) external view returns (uint256) {
        return standings[version].retiresAt;
    }

    /// @inheritdoc IVerifierRegistry
    function standingOf(uint256 version) external view returns (Standing memory) {
        return standings[version];
    }

    /// @inheritdoc IVerifierRegistry
    function requireExecutable(uint256 version) external view {
        _requireRunning(version, standings[version]);
    }

    /// @inheritdoc IVerifierRegistry
    function requireLasting(uint256 version) external view {
        _requireKnown(version);
        _requireLasting(version);
    }

    /// @inheritdoc IVerifierRegistry
    function requireActive(uint256 version) public view {
        _requireKnown(version);
        _requireActive(version);
    }

    /// @inheritdoc IVerifierRegistry
    function freezeLeft() public view returns (uint256) {
        Spent memory known = spent;
        return block.timestamp >= uint256(known.lastEnd) + freezeCycle ? freezeTime : freezeTime - known.time;
    }

    /// @dev Requires that an existing version is active.
    function _requireActive(uint256 version) internal view {
        Standing memory standing = standings[version];
        uint256 end = standing.retiresAt;
        if (end != 0 && block.timestamp >= end) revert ProtocolVersionRetired(version, end);
        _requireRunning(version, standing);
    }

    /// @dev A freeze ends before a notice does: it says nothing of what will be.
    function _requireLasting(uint256 version) private view {
        Standing memory standing = standings[version];
        uint256 end = standing.retiresAt;
        if (end != 0 && block.timestamp >= end) revert ProtocolVersionRetired(version, end);
        if (end != 0) revert ProtocolVersionRetiring(version, end);
        if (standing.haltedAt != 0) revert VersionHalted(version, standing.haltedAt);
    }

    function _isStopped(uint256 version) internal view returns (bool) {
        Standing memory standing = standings[version];
        bool isRetired = standing.retiresAt != 0 && block.timestamp >= standing.retiresAt;
        return isRetired || standing.haltedAt != 0 || block.timestamp < standing.frozenUntil;
    }

    function _requireKnown(uint256 version) internal view virtual;

    function _requireFrozen(uint256 version) private view returns (uint64 until) {
        until = standings[version].frozenUntil;
        if (block.timestamp >= until) revert VersionNotFrozen(version);
    }

    function _requireRunning(uint256 version, Standing memory standing) private view {
        if (standing.haltedAt != 0) revert VersionHalted(version, standing.haltedAt);
        if (block.timestamp < standing.frozenUntil) {
            revert VersionFrozen(version, standing.frozenUntil, block.timestamp);
        }
    }

    /// @dev Another machine could not continue the state, a lower format could not read it, and without proofs of execution
    /// the word of a quorum would replace them within one day.
    function _checkReplacement(uint256 version, uint32 replacement) private view {
        if (replacement == 0) return;
        _requireKnown(replacement);
        _requireLasting(replacement);
        bool isSameMachine = VersionNumber.machineOf(version) == VersionNumber.machineOf(replacement);
        bool isNoLower = VersionNumber.formatOf(replacement) >= VersionNumber.formatOf(version);
        bool isNoLessProven = VersionNumber.isProven(replacement) || !VersionNumber.isProven(version);
        if (replacement == version || !isSameMachine || !isNoLower || !isNoLessProven) revert ReplacementUnfit(version, replacement);
    }
}
