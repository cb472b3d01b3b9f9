// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStateTree, StateKey} from "../interfaces/IStateTree.sol";
import {
    AtomicFlow,
    EscrowStatus,
    FlowAbsence,
    FlowFact,
    FlowLeg,
    IAtomicFlows,
    IFlowRecipient
} from "../interfaces/l2/IAtomicFlows.sol";
import {BatchRoot} from "../interfaces/l2/ICrossChainViews.sol";
import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IMessageVerification} from "../interfaces/l2/IMessageVerification.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {ChainAncestry} from "../libraries/ChainAncestry.sol";
import {FlowHash} from "../libraries/FlowHash.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {L2Message} from "../types/L2Transactions.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice See {IAtomicFlows}. Not in the genesis state: anyone puts it at one address of every chain (CREATE2).
contract AtomicFlows is IAtomicFlows, ReentrancyGuard {
    uint256 private constant MAX_LEGS = 8;
    /// @dev A deadline in milliseconds would hold what was given for an age.
    uint256 private constant MAX_DURATION = 365 days;
    /// @dev Kind of a storage slot's leaf.
    uint8 private constant STORAGE = 0;
    /// @dev Place of `executedAt` in a message's proof: metadata, log tree, place, registry, root, then the record's eighth word.
    uint256 private constant EXECUTED_AT = 1 + L2LogTree.DEPTH + 1 + TransactionTree.DEPTH + 1 + 7;

    /// @dev Slots 0 and 1, as {FlowHash} says: other chains and L1 prove what is in them, or that they were never written.
    mapping(bytes32 key => uint256 word) private escrows;
    mapping(bytes32 id => bool) private executed;

    /// @inheritdoc IAtomicFlows
    function prepare(AtomicFlow calldata flow, uint256 leg) external payable {
        _prepare(flow, leg, 0);
    }

    /// @inheritdoc IAtomicFlows
    function prepareWithFee(AtomicFlow calldata flow, uint256 leg, uint256 fee) external payable {
        _prepare(flow, leg, fee);
    }

    /// @inheritdoc IAtomicFlows
    function addFee(bytes32 id, uint256 leg) external payable {
        uint256 fee = _requireHeld(id, leg) + msg.value;
        _mark(id, leg, EscrowStatus.Held, fee);
        emit FeeAdded(id, leg, msg.sender, msg.value);
    }

    /// @inheritdoc IAtomicFlows
    function execute(AtomicFlow calldata flow, uint256 leg, bytes calldata data, FlowFact[] calldata facts) external {
        (bytes32 id, FlowLeg calldata own,) = _ownLeg(flow, leg);
        if (!own.isPivot) revert PivotOnly(leg, false);
        if (block.timestamp > flow.deadline) revert FlowExpired(flow.deadline, block.timestamp);
        bytes32 callHash = own.callHash == 0 && data.length == 0 ? bytes32(0) : keccak256(data);
        if (callHash != own.callHash) revert CallMismatch(own.callHash, callHash);
        uint256 fee = _requireHeld(id, leg);
        _requireEscrows(flow, id, leg, facts);
        _mark(id, leg, EscrowStatus.Released, 0);
        executed[id] = true;
        emit PivotExecuted(id, leg);
        _tell(id, leg);
        if (callHash == 0) _pay(own, own.recipient);
        else _call(id, own, data);
        _payFee(id, leg, fee, own.recipient);
    }

    /// @inheritdoc IAtomicFlows
    function release(AtomicFlow calldata flow, uint256 leg, FlowFact[] calldata facts, address to) external {
        (bytes32 id, FlowLeg calldata own, uint256 pivot) = _ownLeg(flow, leg);
        if (own.isPivot) revert PivotOnly(leg, true);
        _requirePayee(own.recipient, to);
        uint256 fee = _requireHeld(id, leg);
        if (pivot == flow.legs.length) {
            // This leg's own fact too: its batch may have been executed too late, and then the others are
            // refunded.
            _requireEscrows(flow, id, pivot, facts);
        } else if (flow.legs[pivot].chainId == block.chainid) {
            // What this chain says of itself settles with the release, or is undone with it.
            if (facts.length != 0) revert FactCount(0, facts.length);
            if (!executed[id]) revert PivotNotExecuted(id);
        } else {
            if (facts.length != 1) revert FactCount(1, facts.length);
            _requireFact(flow, id, pivot, facts[0]);
        }
        _mark(id, leg, EscrowStatus.Released, 0);
        emit EscrowReleased(id, leg, to);
        _pay(own, to);
        _payFee(id, leg, fee, to);
    }

    /// @inheritdoc IAtomicFlows
    function refund(
        AtomicFlow calldata flow,
        uint256 leg,
        uint256 missing,
        FlowAbsence calldata absence,
        address to
    ) external {
        (bytes32 id, FlowLeg calldata own,) = _ownLeg(flow, leg);
        _requirePayee(own.party, to);
        uint256 fee = _requireHeld(id, leg);
        if (missing >= flow.legs.length) revert FlowMalformed();
        FlowLeg calldata lost = flow.legs[missing];
        if (lost.isPivot && lost.chainId == block.chainid) {
            if (executed[id]) revert PivotAlreadyExecuted(id);
            if (block.timestamp <= flow.deadline) revert FlowNotExpired(flow.deadline, block.timestamp);
        } else {
            _requireMissing(flow, id, missing, absence);
        }
        _mark(id, leg, EscrowStatus.Refunded, 0);
        emit EscrowRefunded(id, leg, to);
        _pay(own, to);
        _payFee(id, leg, fee, to);
    }

    /// @inheritdoc IAtomicFlows
    function flowId(AtomicFlow calldata flow) external pure returns (bytes32) {
        return FlowHash.flowId(flow);
    }

    /// @inheritdoc IAtomicFlows
    function escrowStatus(bytes32 id, uint256 leg) external view returns (EscrowStatus status) {
        (status,) = _escrowOf(id, leg);
    }

    /// @inheritdoc IAtomicFlows
    function feeOf(bytes32 id, uint256 leg) external view returns (uint256 fee) {
        (, fee) = _escrowOf(id, leg);
    }

    /// @inheritdoc IAtomicFlows
    function isExecuted(bytes32 id) external view returns (bool) {
        return executed[id];
    }

    function _prepare(AtomicFlow calldata flow, uint256 leg, uint256 fee) private {
        (bytes32 id, FlowLeg calldata own,) = _ownLeg(flow, leg);
        // Nothing could ever be paid there.
        if (own.recipient == address(0) || own.recipient == address(this)) revert FlowMalformed();
        if (msg.sender != own.party) revert NotTheParty(own.party, msg.sender);
        if (block.timestamp > flow.deadline) revert FlowExpired(flow.deadline, block.timestamp);
        uint256 latest = block.timestamp + MAX_DURATION;
        if (flow.deadline > latest) revert DeadlineTooFar(latest, flow.deadline);
        if (escrows[FlowHash.escrowKey(id, leg)] != 0) revert EscrowExists(id, leg);
        _requireOneLayer(flow.legs);
        _mark(id, leg, EscrowStatus.Held, fee);
        emit EscrowHeld(id, leg, flow);
        if (fee != 0) emit FeeAdded(id, leg, msg.sender, fee);
        if (!own.isPivot) _tell(id, leg);
        bool isCoin = own.token == Predeploys.BASE_TOKEN;
        uint256 expected = isCoin ? own.amount + fee : fee;
        if (msg.value != expected) revert AmountMismatch(expected, msg.value);
        if (isCoin || own.amount == 0) return;
        // An escrow inside another would be counted in both, and make up for a fee.
        if (entered) revert Reentered();
        entered = true;
        uint256 received = TokenTransfer.pull(own.token, own.party, own.amount);
        entered = false;
        if (received != own.amount) revert AmountMismatch(own.amount, received);
    }

    function _mark(bytes32 id, uint256 leg, EscrowStatus status, uint256 fee) private {
        escrows[FlowHash.escrowKey(id, leg)] = FlowHash.escrowWord(status, fee);
    }

    function _tell(bytes32 id, uint256 leg) private {
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(FlowHash.fact(id, leg));
    }

    function _pay(FlowLeg calldata leg, address to) private {
        if (leg.amount == 0) return;
        TokenTransfer.send(leg.token == Predeploys.BASE_TOKEN ? address(0) : leg.token, to, leg.amount);
    }

    /// @dev The end stands whatever the caller does with coins: it may be the leg's recipient, a contract that takes none and has
    /// itself paid elsewhere, and anyone can add a fee.
    function _payFee(bytes32 id, uint256 leg, uint256 fee, address to) private {
        if (fee == 0) return;
        address payee = msg.sender;
        if (!_sendCoins(payee, fee)) {
            payee = to;
            if (!_sendCoins(to, fee)) payee = address(0);
        }
        emit FeePaid(id, leg, payee, fee);
    }

    function _sendCoins(address to, uint256 amount) private returns (bool success) {
        // A plain call would copy what the account returns.
        assembly ("memory-safe") {
            success := call(gas(), to, amount, 0, 0, 0, 0)
        }
    }

    /// @dev Never any other function of the recipient's: this contract holds what others gave.
    function _call(bytes32 id, FlowLeg calldata leg, bytes calldata data) private {
        bool isCoin = leg.token == Predeploys.BASE_TOKEN;
        if (!isCoin) _pay(leg, leg.recipient);
        bytes4 answer = IFlowRecipient(leg.recipient).onFlow{value: isCoin ? leg.amount : 0}(
            id, leg.party, leg.token, leg.amount, data
        );
        if (answer != IFlowRecipient.onFlow.selector) revert CallNotTaken(leg.recipient);
    }

    function _requirePayee(address expected, address to) private view {
        if (to != expected && msg.sender != expected) revert PayeeNotAllowed(expected, to);
        if (to == address(0) || to == address(this)) revert PayeeNotAllowed(expected, to);
    }

    function _requireHeld(bytes32 id, uint256 leg) private view returns (uint256) {
        (EscrowStatus status, uint256 fee) = _escrowOf(id, leg);
        if (status != EscrowStatus.Held) revert EscrowNotHeld(id, leg, status);
        return fee;
    }

    function _escrowOf(bytes32 id, uint256 leg) private view returns (EscrowStatus status, uint256 fee) {
        uint256 word = escrows[FlowHash.escrowKey(id, leg)];
        return (EscrowStatus(uint8(word)), word >> 8);
    }

    /// @param except The leg that need not be shown, or the number of legs.
    function _requireEscrows(AtomicFlow calldata flow, bytes32 id, uint256 except, FlowFact[] calldata facts) private view {
        uint256 expected = except < flow.legs.length ? flow.legs.length - 1 : flow.legs.length;
        if (facts.length != expected) revert FactCount(expected, facts.length);
        for (uint256 i = 0; i < expected; ++i) _requireFact(flow, id, i < except ? i : i + 1, facts[i]);
    }

    function _requireFact(AtomicFlow calldata flow, bytes32 id, uint256 leg, FlowFact calldata fact) private view {
        L2Message memory message =
            L2Message({txNumberInBatch: 0, sender: address(this), data: FlowHash.fact(id, leg)});
        bool isIncluded = IMessageVerification(Predeploys.MESSAGE_VERIFICATION).proveL2MessageInclusionShared(
            flow.legs[leg].chainId, fact.batchNumber, fact.index, message, fact.proof
        );
        if (!isIncluded) revert FactNotProven(id, leg);
        if (fact.proof.length <= EXECUTED_AT) revert FactNotEnough(flow.legs[leg].chainId, fact.batchNumber);
        // The pivot kept to its own chain's clock when it ran.
        if (flow.legs[leg].isPivot) return;
        uint256 executedAt = uint256(fact.proof[EXECUTED_AT]);
        if (executedAt > flow.deadline) revert FactTooLate(leg, flow.deadline, executedAt);
    }

    function _requireMissing(AtomicFlow calldata flow, bytes32 id, uint256 leg, FlowAbsence calldata absence) private view {
        FlowLeg calldata lost = flow.legs[leg];
        BatchRoot calldata batch = absence.batch;
        if (batch.chainId != lost.chainId) revert AbsenceOfAnotherChain(lost.chainId, batch.chainId);
        uint64 time = lost.isPivot ? batch.record.lastTimestamp : batch.record.executedAt;
        if (time <= flow.deadline) revert AbsenceTooEarly(leg, flow.deadline, time);
        _requireExecuted(batch);
        bytes32 expected = lost.isPivot ? batch.record.newStateRoot : batch.record.oldStateRoot;
        StateKey memory key =
            StateKey({kind: STORAGE, account: address(this), slot: FlowHash.factSlot(id, leg, lost.isPivot)});
        bytes32 actual = IStateTree(Predeploys.STATE_TREE).computeRootWithout(key, absence.low, absence.path);
        if (actual != expected) revert AbsenceNotProven(expected, actual);
    }

    /// @dev That L1 has executed the batch, or has marked the chain, with this record.
    function _requireExecuted(BatchRoot calldata batch) private view {
        bytes32 expected = IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(batch.rootIndex);
        bytes32 leaf = TransactionTree.leaf(
            batch.chainId, batch.batchNumber, batch.logRoot, TransactionTree.hashRecord(batch.record)
        );
        bytes32 actual = TransactionTree.computeRoot(leaf, batch.leafIndex, batch.siblings);
        if (expected == 0 || actual != expected) revert BatchNotExecuted(expected, actual);
    }

    /// @dev A chain's id says where it settles. The layer itself has no batches in its own registry.
    function _requireOneLayer(FlowLeg[] calldata legs) private view {
        uint256 layer = ISystemContext(Predeploys.SYSTEM_CONTEXT).l1ChainId();
        uint256 parent = ChainAncestry.parentOf(block.chainid);
        for (uint256 i = 0; i < legs.length; ++i) {
            uint256 chainId = legs[i].chainId;
            if (chainId == layer || ChainAncestry.parentOf(chainId) != parent) revert LegOnAnotherLayer(i, layer, chainId);
        }
    }

    /// @dev `pivot` is the number of legs where there is none.
    function _ownLeg(AtomicFlow calldata flow, uint256 leg)
        private
        view
        returns (bytes32 id, FlowLeg calldata own, uint256 pivot)
    {
        uint256 count = flow.legs.length;
        if (count > MAX_LEGS || leg >= count) revert FlowMalformed();
        pivot = count;
        for (uint256 i = 0; i < count; ++i) {
            if (!flow.legs[i].isPivot) continue;
            if (pivot != count) revert FlowMalformed();
            pivot = i;
        }
        own = flow.legs[leg];
        if (own.chainId != block.chainid) revert LegOfAnotherChain(leg, own.chainId);
        id = FlowHash.flowId(flow);
    }
}
