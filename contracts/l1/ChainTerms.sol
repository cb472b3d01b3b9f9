// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IChainImports} from "../interfaces/IChainImports.sol";
import {IChainSettings} from "../interfaces/IChainSettings.sol";
import {IChainTerms} from "../interfaces/IChainTerms.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {GasPrices} from "../libraries/GasPrices.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {Epochs, Quorum, Terms} from "../types/Terms.sol";

/// @title The terms of all chains by epochs, their admins and prices
abstract contract ChainTerms is IChainSettings {
    uint256 private constant PRICE_RISE_INTERVAL = 1 days;
    uint256 private constant PRICE_RISE = 2;
    /// @dev Bits of a member: an account may be in both.
    uint8 private constant VALIDATOR = 1;
    uint8 private constant STANDBY = 2;

    /// @inheritdoc IChainSettings
    address public immutable factory;

    /// @dev One slot: 0…63 epoch that counted when this was written ‖ 64…127 since when ‖ 128…191 when the next one counts, 0 without ‖
    ///   192…255 price of operations' gas, at most 10^12
    struct Course {
        uint64 current;
        uint64 currentAt;
        uint64 nextAt;
        uint64 l2GasPrice;
    }

    /// @dev Two slots, and the lists: 0…159 policy ‖ 160…191 threshold ‖ 192…223 threshold of the standby ‖ 224…231 is governed ‖
    ///   232…239 takes replacements; 0…159 filterer. No threshold exceeds its list, which the factory bounds.
    struct EpochTerms {
        address dataAvailabilityPolicy;
        uint32 threshold;
        uint32 standbyThreshold;
        bool isGoverned;
        bool takesReplacements;
        address transactionFilterer;
        address[] validators;
        address[] standby;
    }

    /// @dev As the chains were created: their addresses follow from it.
    mapping(uint256 chainId => ChainConfiguration) internal configurations;
    mapping(uint256 chainId => Course) private courses;
    /// @dev The lists of epoch 0 are in the configuration.
    mapping(uint256 chainId => mapping(uint256 epoch => EpochTerms)) private terms;
    mapping(uint256 chainId => mapping(uint256 epoch => mapping(address account => uint8))) private memberships;
    /// @dev Of chains whose admin is another than at their creation.
    mapping(uint256 chainId => address) private admins;
    mapping(uint256 chainId => address) private offeredTo;
    mapping(uint256 chainId => uint256) private priceRoseAt;

    constructor(address factory_) {
        factory = factory_;
    }

    /// @inheritdoc IChainTerms
    function scheduleTerms(uint256 chainId, Terms calldata next) external {
        _requireAdmin(chainId);
        IHyperchain chain = _bornChain(chainId);
        if (chain.exited()) revert TermsOfStoppedChain();
        Course memory known = _course(chainId);
        uint64 epoch = known.current + 1;
        if (known.nextAt != 0) revert TermsPending(epoch, known.nextAt);
        _checkTerms(chainId, next);
        known.nextAt = uint64(block.timestamp + upgradeNotice(chainId));
        courses[chainId] = known;
        EpochTerms storage written = terms[chainId][epoch];
        written.dataAvailabilityPolicy = next.dataAvailabilityPolicy;
        written.threshold = uint32(next.quorum.threshold);
        written.standbyThreshold = uint32(next.standby.threshold);
        written.isGoverned = next.isGoverned;
        written.takesReplacements = next.takesReplacements;
        written.transactionFilterer = next.transactionFilterer;
        written.validators = next.quorum.validators;
        written.standby = next.standby.validators;
        _addMembers(chainId, epoch, next.quorum.validators, VALIDATOR);
        _addMembers(chainId, epoch, next.standby.validators, STANDBY);
        emit TermsScheduled(chainId, epoch, next, known.nextAt);
    }

    /// @inheritdoc IChainTerms
    function cancelTerms(uint256 chainId) external {
        _requireAdmin(chainId);
        Course memory known = _course(chainId);
        if (known.nextAt == 0) revert NoTermsScheduled();
        uint64 epoch = known.current + 1;
        known.nextAt = 0;
        courses[chainId] = known;
        // Other terms may get this epoch: none of these accounts must count in it.
        _removeMembers(chainId, epoch, terms[chainId][epoch].validators);
        _removeMembers(chainId, epoch, terms[chainId][epoch].standby);
        delete terms[chainId][epoch];
        emit TermsCanceled(chainId, epoch);
    }

    /// @inheritdoc IChainTerms
    function offerAdmin(uint256 chainId, address next) external {
        _requireAdmin(chainId);
        offeredTo[chainId] = next;
        emit AdminOffered(chainId, next);
    }

    /// @inheritdoc IChainTerms
    function acceptAdmin(uint256 chainId) external {
        address next = offeredTo[chainId];
        if (msg.sender != next) revert AdminNotOffered(next, msg.sender);
        address previous = adminOf(chainId);
        delete offeredTo[chainId];
        admins[chainId] = next;
        emit AdminChanged(chainId, previous, next);
    }

    /// @inheritdoc IChainTerms
    function setPrice(uint256 chainId, uint128 price) external {
        _requireAdmin(chainId);
        GasPrices.requireInRange(price);
        uint64 previous = courses[chainId].l2GasPrice;
        if (price > previous) {
            uint256 highest = PRICE_RISE * previous;
            if (price > highest) revert PriceRisesTooFast(highest, price);
            uint256 earliest = priceRoseAt[chainId] + PRICE_RISE_INTERVAL;
            if (block.timestamp < earliest) revert PriceRisesTooSoon(earliest, block.timestamp);
            priceRoseAt[chainId] = block.timestamp;
        }
        courses[chainId].l2GasPrice = uint64(price);
        emit PriceChanged(chainId, previous, price);
    }

    /// @inheritdoc IChainTerms
    function termsOf(uint256 chainId, uint64 epoch) external view returns (Terms memory) {
        EpochTerms memory known = terms[chainId][epoch];
        if (epoch == 0) {
            known.validators = configurations[chainId].validators;
            known.standby = configurations[chainId].standby;
        }
        return Terms({
            quorum: Quorum({threshold: known.threshold, validators: known.validators}),
            standby: Quorum({threshold: known.standbyThreshold, validators: known.standby}),
            dataAvailabilityPolicy: known.dataAvailabilityPolicy,
            transactionFilterer: known.transactionFilterer,
            isGoverned: known.isGoverned,
            takesReplacements: known.takesReplacements
        });
    }

    /// @inheritdoc IChainTerms
    function epochsOf(uint256 chainId) external view returns (Epochs memory) {
        Course memory known = _course(chainId);
        return Epochs({current: known.current, currentAt: known.currentAt, nextAt: known.nextAt});
    }

    /// @inheritdoc IChainTerms
    function isValidator(uint256 chainId, address account) external view returns (bool) {
        return memberships[chainId][_course(chainId).current][account] & VALIDATOR != 0;
    }

    /// @inheritdoc IChainSettings
    function requireQuorum(uint256 chainId, bytes32 digest, bytes[] calldata signatures)
        external
        view
        returns (bool isByStandby)
    {
        uint256 epoch = _course(chainId).current;
        EpochTerms storage current = terms[chainId][epoch];
        (uint256 threshold, uint256 standby) = (current.threshold, current.standbyThreshold);
        if (threshold == 0) revert NoQuorum();
        uint256 count = signatures.length;
        uint8 shared = _membershipOfAll(chainId, epoch, digest, signatures);
        if (count >= threshold && shared & VALIDATOR != 0) return false;
        isByStandby = standby != 0 && count >= standby && shared & STANDBY != 0;
        if (!isByStandby) revert QuorumTooSmall(threshold, count);
    }

    /// @inheritdoc IChainTerms
    function adminOf(uint256 chainId) public view returns (address) {
        address admin = admins[chainId];
        return admin == address(0) ? configurations[chainId].admin : admin;
    }

    /// @inheritdoc IChainSettings
    function upgradeNotice(uint256 chainId) public view virtual returns (uint256);

    /// @dev Epoch 0, of a chain that is being created.
    function _beginTerms(ChainConfiguration calldata configuration) internal {
        uint256 chainId = configuration.chainId;
        // The factory admits no price beyond 64 bits.
        courses[chainId].l2GasPrice = uint64(configuration.l2GasPrice);
        EpochTerms storage first = terms[chainId][0];
        first.dataAvailabilityPolicy = configuration.dataAvailabilityPolicy;
        first.threshold = uint32(configuration.validatorThreshold);
        first.standbyThreshold = uint32(configuration.standbyThreshold);
        first.isGoverned = configuration.isGoverned;
        first.takesReplacements = configuration.takesReplacements;
        first.transactionFilterer = configuration.transactionFilterer;
        _addMembers(chainId, 0, configuration.validators, VALIDATOR);
        _addMembers(chainId, 0, configuration.standby, STANDBY);
    }

    function _requireAdmin(uint256 chainId) internal view {
        address admin = adminOf(chainId);
        if (msg.sender != admin) revert OnlyAdmin(admin, msg.sender);
    }

    /// @dev What imports bring is bound by the configuration, and nothing can be in the chain that would need a notice.
    function _bornChain(uint256 chainId) internal view returns (IHyperchain chain) {
        chain = IHyperchain(IChainDirectory(factory).getHyperchain(chainId));
        uint32 importsLeft = chain.importsLeft();
        if (importsLeft != 0) revert IChainImports.ImportsMissing(importsLeft);
    }

    /// @dev Signers of the epoch that counts now, or 0.
    function _threshold(uint256 chainId) internal view returns (uint64) {
        return terms[chainId][_course(chainId).current].threshold;
    }

    /// @dev By the time of the batch's first block, which is in no future: L1's clock has passed a change that such a time has passed.
    /// A batch that begins before one must be committed within a window, or a chain could keep the old policy by its clock.
    function _policyAt(uint256 chainId, uint64 firstTimestamp, uint64 window) internal view returns (address) {
        Course memory known = _course(chainId);
        uint256 epoch = known.current;
        bool isOlder = firstTimestamp < known.currentAt && block.timestamp < uint256(known.currentAt) + window;
        return terms[chainId][isOlder ? epoch - 1 : epoch].dataAvailabilityPolicy;
    }

    function _queueTerms(uint256 chainId) internal view returns (address transactionFilterer, uint128 l2GasPrice) {
        Course memory known = _course(chainId);
        return (terms[chainId][known.current].transactionFilterer, known.l2GasPrice);
    }

    /// @dev By L1's clock. What is stored is moved on when the next terms are scheduled.
    function _course(uint256 chainId) private view returns (Course memory known) {
        known = courses[chainId];
        if (known.nextAt == 0 || block.timestamp < known.nextAt) return known;
        ++known.current;
        known.currentAt = known.nextAt;
        known.nextAt = 0;
    }

    function _addMembers(uint256 chainId, uint256 epoch, address[] calldata accounts, uint8 bit) private {
        for (uint256 i = 0; i < accounts.length; ++i) memberships[chainId][epoch][accounts[i]] |= bit;
    }

    function _removeMembers(uint256 chainId, uint256 epoch, address[] storage accounts) private {
        for (uint256 i = 0; i < accounts.length; ++i) delete memberships[chainId][epoch][accounts[i]];
    }

    /// @dev The bits that all signers have: signatures of the one and of the other are never added up.
    function _membershipOfAll(uint256 chainId, uint256 epoch, bytes32 digest, bytes[] calldata signatures)
        private
        view
        returns (uint8 shared)
    {
        shared = VALIDATOR | STANDBY;
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = Signatures.recover(digest, signatures[i]);
            shared &= memberships[chainId][epoch][signer];
            if (shared == 0) revert NotAValidator(signer);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            previous = signer;
        }
    }

    /// @dev The factory's rules, for what the chain would have been if it were created with these terms.
    function _checkTerms(uint256 chainId, Terms calldata next) private view {
        ChainConfiguration memory configuration = configurations[chainId];
        uint64 threshold = configuration.validatorThreshold;
        if (threshold == 0 && next.quorum.threshold != 0) revert NoQuorum();
        if (threshold != 0 && next.quorum.threshold == 0) revert QuorumRequired(threshold);
        configuration.validatorThreshold = next.quorum.threshold;
        configuration.validators = next.quorum.validators;
        configuration.standbyThreshold = next.standby.threshold;
        configuration.standby = next.standby.validators;
        configuration.dataAvailabilityPolicy = next.dataAvailabilityPolicy;
        configuration.transactionFilterer = next.transactionFilterer;
        configuration.isGoverned = next.isGoverned;
        configuration.takesReplacements = next.takesReplacements;
        IChainFactory(factory).checkTerms(configuration);
    }
}
