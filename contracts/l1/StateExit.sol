// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {
    EscrowOnStoppedChain,
    FlowMessage,
    HoldingProof,
    IStateExit,
    PorterProof,
    UndeliveredTransfer
} from "../interfaces/IStateExit.sol";
import {IStateTree, StateKey, StateLeaf} from "../interfaces/IStateTree.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {AtomicFlow, EscrowStatus, FlowAbsence, FlowLeg} from "../interfaces/l2/IAtomicFlows.sol";
import {BatchRoot} from "../interfaces/l2/ICrossChainViews.sol";
import {AtomicFlows} from "../l2/AtomicFlows.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {CreatedAddress} from "../libraries/CreatedAddress.sol";
import {FlowHash} from "../libraries/FlowHash.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {LogProof} from "../libraries/LogProof.sol";
import {TransferList} from "../libraries/TransferList.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {L2Message} from "../types/L2Transactions.sol";
import {NestedExit} from "./NestedExit.sol";
import {IVersioned, StoppedChains} from "./StoppedChains.sol";

/// @title Claims against the last state of stopped chains
contract StateExit is StoppedChains, IStateExit {
    /// @dev Account whose slot 0 is the root of a chain's porter.
    address private constant PORTER_ROOT = address(0x10017);
    /// @dev Hash of the code that creates HeldExit. In the constructor, its code would not fit.
    bytes32 private constant HELD_EXIT_CODE = 0x9232b79a0299ec9629bd61ade83a313535ca20c656cab5330a9106cb161a1490;
    /// @dev Slot of `delivered` in L2AssetRouter.
    uint256 private constant DELIVERED_SLOT = 1;

    /// @inheritdoc IStateExit
    address public immutable atomicFlows;
    /// @inheritdoc IStateExit
    address public immutable nestedExit;

    /// @inheritdoc IStateExit
    mapping(uint256 chainId => mapping(address account => mapping(address token => uint256))) public claimed;
    /// @inheritdoc IStateExit
    mapping(uint256 sourceChainId => mapping(bytes32 messageHash => bool)) public isTransferRefunded;
    /// @inheritdoc IStateExit
    mapping(bytes32 id => mapping(uint256 leg => bool)) public isEscrowPaid;
    /// @inheritdoc IStateExit
    mapping(bytes32 id => mapping(uint256 leg => bool)) public isEscrowFeeLeft;
    /// @inheritdoc IStateExit
    mapping(uint256 sourceChainId => mapping(bytes32 messageHash => mapping(uint256 place => bool))) public isEntryRefunded;
    /// @inheritdoc IStateExit
    address public heldExit;

    /// @param codes Hash of the hashes of the creation codes of the contracts that chains of this layer have for those on them
    /// (SettlementPlaces).
    constructor(IChainFactory factory_, bytes32 codes) StoppedChains(factory_) {
        atomicFlows = CreatedAddress.byDeployer(keccak256(type(AtomicFlows).creationCode));
        nestedExit = address(new NestedExit(factory_, codes));
    }

    /// @inheritdoc IStateExit
    function claimHolding(
        uint256 chainId,
        address token,
        uint256 amount,
        address recipient,
        HoldingProof calldata proof
    ) external {
        token = _plain(token);
        address account = _claimer(chainId, amount, recipient);
        _pay(chainId, account, token, _holding(chainId, token, account, proof), amount, recipient);
    }

    /// @inheritdoc IStateExit
    function claimPorterHolding(uint256 chainId, uint256 amount, address recipient, PorterProof calldata proof) external {
        address account = _claimer(chainId, amount, recipient);
        IHyperchain chain = _stoppedChain(chainId);
        StateLeaf memory root =
            StateLeaf({kind: STORAGE, account: PORTER_ROOT, slot: 0, value: uint256(proof.porterRoot)});
        _requireRoot(chain.executedStateRoot(), _treeOf(chain).computeRoot(root, proof.rootPath));
        address token = _plain(chain.getBaseToken());
        (StateLeaf memory leaf, uint256 holding) = _holdingLeaf(block.chainid, token, token, account, proof.value);
        _requireRoot(proof.porterRoot, _treeOf(chain).computeRoot(leaf, proof.path));
        _pay(chainId, account, token, holding, amount, recipient);
    }

    /// @inheritdoc IStateExit
    function payOther(uint256 chainId, address token, address recipient, uint256 amount) external {
        if (msg.sender != nestedExit && msg.sender != heldExit) revert OnlyOtherExits(nestedExit, heldExit, msg.sender);
        ISharedBridge(factory.sharedBridge()).payHolding(chainId, token, recipient, amount);
    }

    /// @inheritdoc IStateExit
    function createHeldExit(bytes calldata code) external returns (address created) {
        created = heldExit;
        if (created != address(0)) return created;
        bytes32 actual = keccak256(code);
        if (actual != HELD_EXIT_CODE) revert OtherHeldExitCode(HELD_EXIT_CODE, actual);
        bytes memory initCode = bytes.concat(code, abi.encode(factory));
        assembly ("memory-safe") {
            created := create(0, add(initCode, 0x20), mload(initCode))
        }
        if (created == address(0)) revert HeldExitNotCreated();
        heldExit = created;
        emit HeldExitCreated(created);
    }

    /// @inheritdoc IStateExit
    function refundTransfer(UndeliveredTransfer calldata sent, address recipient) external {
        AssetTransfer memory transfer = _readTransfer(sent, recipient);
        // What the handler returns is the refund of a caller on the stopped chain.
        _requireOwner(
            transfer.sender == Predeploys.INTEROP_HANDLER ? transfer.recipient : transfer.sender, sent.sourceChainId
        );
        bytes32 messageHash = keccak256(sent.message);
        bool isRefused = _requireUnpaid(sent, messageHash, transfer.destinationChainId);
        if (isTransferRefunded[sent.sourceChainId][messageHash]) {
            revert TransferAlreadyRefunded(sent.sourceChainId, messageHash);
        }
        isTransferRefunded[sent.sourceChainId][messageHash] = true;
        address token = _l1Token(transfer);
        emit TransferRefunded(
            sent.sourceChainId, messageHash, transfer.destinationChainId, recipient, token, transfer.amount
        );
        _payRefund(isRefused, sent.sourceChainId, transfer.destinationChainId, token, recipient, transfer.amount);
    }

    /// @inheritdoc IStateExit
    function refundListed(
        UndeliveredTransfer calldata sent,
        uint256 number,
        bytes32[] calldata entries,
        uint256 place,
        address recipient
    ) external {
        AssetTransfer memory transfer = _readTransfer(sent, recipient);
        if (transfer.recipient != AssetMessage.ASSET_ROUTER || place >= entries.length) revert NotInList(place);
        (bytes32 hash, uint256 total) = TransferList.digest(sent.batchNumber, number, entries);
        if (hash != bytes32(transfer.nonce) || total > transfer.amount) revert ListMismatch(bytes32(transfer.nonce), hash);
        (address owner, uint256 amount) = TransferList.partsOf(entries[place]);
        // The list was not delivered, and what its senders gave for that has no other owner.
        if (place == 0) amount += transfer.amount - total;
        // The list was for the destination; if no chain has that id, its recipients are accounts of the
        // source.
        bytes32 messageHash = keccak256(sent.message);
        bool isRefused = _requireUnpaid(sent, messageHash, transfer.destinationChainId);
        _requireOwner(owner, isRefused ? sent.sourceChainId : transfer.destinationChainId);
        if (isEntryRefunded[sent.sourceChainId][messageHash][place]) {
            revert TransferAlreadyRefunded(sent.sourceChainId, messageHash);
        }
        isEntryRefunded[sent.sourceChainId][messageHash][place] = true;
        address token = _l1Token(transfer);
        emit TransferRefunded(sent.sourceChainId, messageHash, transfer.destinationChainId, recipient, token, amount);
        _payRefund(isRefused, sent.sourceChainId, transfer.destinationChainId, token, recipient, amount);
    }

    /// @inheritdoc IStateExit
    function claimEscrow(EscrowOnStoppedChain calldata escrow, FlowMessage[] calldata shown, address recipient) external {
        (bytes32 id, uint256 pivot) = _requireHeld(escrow);
        FlowLeg calldata own = escrow.flow.legs[escrow.leg];
        // Had it run, it would not be held.
        if (own.isPivot) revert PivotNotReleased(escrow.leg);
        uint256 count = escrow.flow.legs.length;
        if (pivot < count) {
            if (shown.length != 1) revert FlowMessageCount(1, shown.length);
            _requireThere(escrow.flow, id, pivot, shown[0]);
        } else {
            // This leg too: its batch may have been executed too late, and then the others are refunded.
            if (shown.length != count) revert FlowMessageCount(count, shown.length);
            for (uint256 i = 0; i < count; ++i) _requireThere(escrow.flow, id, i, shown[i]);
        }
        _payEscrow(escrow, id, own.recipient, recipient);
    }

    /// @inheritdoc IStateExit
    function refundEscrow(
        EscrowOnStoppedChain calldata escrow,
        uint256 missing,
        FlowAbsence calldata absence,
        address recipient
    ) external {
        (bytes32 id,) = _requireHeld(escrow);
        if (missing >= escrow.flow.legs.length) revert FlowMalformed();
        _requireMissing(escrow.flow, id, missing, absence);
        _payEscrow(escrow, id, escrow.flow.legs[escrow.leg].party, recipient);
    }

    function _claimer(uint256 chainId, uint256 amount, address recipient) private view returns (address account) {
        if (amount == 0) revert NothingToClaim();
        if (recipient == address(0)) revert ZeroRecipient();
        account = AddressAlias.l2Sender(msg.sender, chainId);
        _requireUnreserved(account);
    }

    /// @dev Both partitions count in one sum: each account is in one partition.
    function _pay(
        uint256 chainId,
        address account,
        address token,
        uint256 holding,
        uint256 amount,
        address recipient
    ) private {
        uint256 before = claimed[chainId][account][token];
        if (before > holding || amount > holding - before) revert ClaimTooLarge(holding, before, amount);
        claimed[chainId][account][token] = before + amount;
        emit HoldingClaimed(chainId, account, token, recipient, amount);
        ISharedBridge(factory.sharedBridge()).payHolding(chainId, token, recipient, amount);
    }

    function _requireRoot(bytes32 expected, bytes32 actual) private pure {
        if (actual != expected) revert StateRootMismatch(expected, actual);
    }

    function _readTransfer(UndeliveredTransfer calldata sent, address recipient)
        private
        view
        returns (AssetTransfer memory transfer)
    {
        if (recipient == address(0)) revert ZeroRecipient();
        bool valid;
        (valid, transfer) = AssetMessage.decode(sent.message);
        if (!valid || transfer.kind != AssetMessage.HYPERBRIDGE_SEND) revert NotATransfer();
        if (transfer.originChainId != block.chainid) revert AssetNotOnL1(transfer.originChainId, transfer.originToken);
    }

    function _requireOwner(address owner, uint256 chainId) private view {
        address account = AddressAlias.l2Sender(msg.sender, chainId);
        if (account != owner) revert NotTheOwner(owner, account);
    }

    /// @dev That it was sent, and that nothing was paid for it: where L1 refused it by the chain that sent it, else by its destination.
    function _requireUnpaid(UndeliveredTransfer calldata sent, bytes32 messageHash, uint256 destination)
        private
        view
        returns (bool isRefused)
    {
        _requireSent(sent);
        isRefused = ISharedBridge(factory.sharedBridge()).isRefused(sent.sourceChainId, sent.batchNumber, destination);
        _requireNotPaid(isRefused ? sent.sourceChainId : destination, sent, messageHash);
    }

    function _l1Token(AssetTransfer memory transfer) private pure returns (address) {
        return _plain(transfer.originToken);
    }

    function _payRefund(
        bool isRefused,
        uint256 sourceChainId,
        uint256 destination,
        address token,
        address recipient,
        uint256 amount
    ) private {
        ISharedBridge bridge = ISharedBridge(factory.sharedBridge());
        if (isRefused) bridge.payHolding(sourceChainId, token, recipient, amount);
        else bridge.payTransit(destination, token, recipient, amount);
    }

    /// @dev That the last state of the leg's chain holds it; `pivot` is the number of legs where there is none.
    function _requireHeld(EscrowOnStoppedChain calldata escrow) private view returns (bytes32 id, uint256 pivot) {
        uint256 count = escrow.flow.legs.length;
        if (escrow.leg >= count) revert FlowMalformed();
        pivot = count;
        // Of a flow with two pivots nothing is ever held.
        for (uint256 i = 0; i < count; ++i) {
            if (escrow.flow.legs[i].isPivot) pivot = i;
        }
        id = FlowHash.flowId(escrow.flow);
        IHyperchain chain = _stoppedChain(escrow.flow.legs[escrow.leg].chainId);
        StateLeaf memory leaf = StateLeaf({
            kind: STORAGE,
            account: atomicFlows,
            slot: FlowHash.factSlot(id, escrow.leg, false),
            value: FlowHash.escrowWord(EscrowStatus.Held, escrow.fee)
        });
        bytes32 expected = chain.executedStateRoot();
        bytes32 actual = _treeOf(chain).computeRoot(leaf, escrow.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
    }

    /// @dev Requires that an executed batch of the leg's chain confirms the leg, and that L1 executed it in
    /// time.
    function _requireThere(AtomicFlow calldata flow, bytes32 id, uint256 leg, FlowMessage calldata shown) private view {
        FlowLeg calldata other = flow.legs[leg];
        _requireOnL1(shown.batch, other.chainId);
        bytes32 leaf = L2LogTree.messageLeaf(atomicFlows, keccak256(FlowHash.fact(id, leg)));
        bytes32 actual = LogProof.computeRoot(leaf, shown.index, shown.proof);
        if (actual != shown.batch.logRoot) revert MessageNotIncluded(other.chainId, shown.batch.batchNumber, shown.index);
        // The pivot kept to its own chain's clock when it ran.
        if (other.isPivot) return;
        uint64 executedAt = shown.batch.record.executedAt;
        if (executedAt > flow.deadline) revert LegTooLate(leg, flow.deadline, executedAt);
    }

    /// @dev Requires absence by the rules of the chains: of an escrow in the state before a batch that L1
    /// executed after the deadline, of the pivot in the state after a batch that ends after the deadline by
    /// its chain's clock. A stopped chain's mark ends after every deadline.
    function _requireMissing(AtomicFlow calldata flow, bytes32 id, uint256 leg, FlowAbsence calldata absence) private view {
        FlowLeg calldata lost = flow.legs[leg];
        BatchRoot calldata batch = absence.batch;
        _requireOnL1(batch, lost.chainId);
        uint64 time = lost.isPivot ? batch.record.lastTimestamp : batch.record.executedAt;
        if (time <= flow.deadline) revert AbsenceTooEarly(leg, flow.deadline, time);
        StateKey memory key =
            StateKey({kind: STORAGE, account: atomicFlows, slot: FlowHash.factSlot(id, leg, lost.isPivot)});
        IVersioned chain = IVersioned(factory.getHyperchain(lost.chainId));
        IStateTree tree = chain.verifiers().contentOf(batch.record.protocolVersion).tree;
        bytes32 expected = lost.isPivot ? batch.record.newStateRoot : batch.record.oldStateRoot;
        bytes32 actual = tree.computeRootWithout(key, absence.low, absence.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
    }

    function _requireOnL1(BatchRoot calldata batch, uint256 chainId) private view {
        if (batch.chainId != chainId) revert BatchOfAnotherChain(chainId, batch.chainId);
        bool isOnL1 = ITransactionRootRegistry(factory.messageRoot()).isIncluded(
            batch.rootIndex, batch.leafIndex, chainId, batch.batchNumber, batch.logRoot, batch.record, batch.siblings
        );
        if (!isOnL1) revert BatchNotOnL1(chainId, batch.batchNumber);
    }

    function _payEscrow(EscrowOnStoppedChain calldata escrow, bytes32 id, address owner, address recipient) private {
        if (recipient == address(0)) revert ZeroRecipient();
        FlowLeg calldata own = escrow.flow.legs[escrow.leg];
        if (own.amount == 0 && escrow.fee == 0) revert NothingToClaim();
        address account = AddressAlias.l2Sender(msg.sender, own.chainId);
        if (account != owner) revert NotTheOwner(owner, account);
        address token = _escrowedToken(own, escrow.token);
        uint256 leg = escrow.leg;
        uint256 amount = own.amount;
        if (isEscrowPaid[id][leg]) {
            if (!isEscrowFeeLeft[id][leg]) revert EscrowAlreadyPaid(id, leg);
            isEscrowFeeLeft[id][leg] = false;
            amount = 0;
        } else {
            isEscrowPaid[id][leg] = true;
        }
        if (amount != 0) ISharedBridge(factory.sharedBridge()).payHolding(own.chainId, token, recipient, amount);
        uint256 fee = _payEscrowFee(id, escrow, recipient, amount != 0);
        emit EscrowPaid(id, leg, owner, recipient, token, amount, fee);
    }

    /// @dev Anyone can add a fee, so a base token that cannot be moved, or that the bridge lacks, must not hold up the leg.
    /// @return paid The fee, or 0 where it is left for a later claim.
    function _payEscrowFee(bytes32 id, EscrowOnStoppedChain calldata escrow, address recipient, bool mayBeLeft)
        private
        returns (uint256 paid)
    {
        uint256 fee = escrow.fee;
        if (fee == 0) return 0;
        uint256 chainId = escrow.flow.legs[escrow.leg].chainId;
        ISharedBridge bridge = ISharedBridge(factory.sharedBridge());
        try bridge.payHolding(chainId, _baseToken(chainId), recipient, fee) {
            return fee;
        } catch (bytes memory reason) {
            if (!mayBeLeft) _revertWith(reason);
            isEscrowFeeLeft[id][escrow.leg] = true;
        }
    }

    function _revertWith(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    /// @dev The token on L1 whose counterpart the leg holds.
    function _escrowedToken(FlowLeg calldata own, address claimedToken) private view returns (address token) {
        if (own.token == Predeploys.BASE_TOKEN) return _baseToken(own.chainId);
        token = _plain(claimedToken);
        if (own.token != _bridgedToken(block.chainid, token)) revert AssetNotOnL1(own.chainId, own.token);
    }

    function _baseToken(uint256 chainId) private view returns (address) {
        return _plain(IHyperchain(factory.getHyperchain(chainId)).getBaseToken());
    }

    function _requireSent(UndeliveredTransfer calldata sent) private view {
        L2Message memory message =
            L2Message({txNumberInBatch: 0, sender: AssetMessage.ASSET_ROUTER, data: sent.message});
        bool included = factory.proveL2MessageInclusion(
            sent.sourceChainId, sent.batchNumber, sent.messageIndex, message, sent.merkleProof
        );
        if (!included) revert MessageNotIncluded(sent.sourceChainId, sent.batchNumber, sent.messageIndex);
    }

    /// @dev The flag is set once and never cleared, so a leaf for it means delivery, or on the sending chain a refund, whatever
    /// its value.
    function _requireNotPaid(uint256 chainId, UndeliveredTransfer calldata sent, bytes32 messageHash) private view {
        bytes32 flag = keccak256(abi.encode(sent.sourceChainId, messageHash));
        uint256 slot = uint256(keccak256(abi.encode(flag, DELIVERED_SLOT)));
        IHyperchain chain = _stoppedChain(chainId);
        bytes32 expected = chain.executedStateRoot();
        StateKey memory key = StateKey({kind: STORAGE, account: AssetMessage.ASSET_ROUTER, slot: slot});
        bytes32 actual = _treeOf(chain).computeRootWithout(key, sent.low, sent.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
    }

    /// @dev Holding in the chain's last state.
    function _holding(uint256 chainId, address token, address account, HoldingProof calldata proof)
        private
        view
        returns (uint256)
    {
        IHyperchain chain = _stoppedChain(chainId);
        (StateLeaf memory leaf, uint256 amount) =
            _holdingLeaf(block.chainid, chain.getBaseToken(), token, account, proof.value);
        bytes32 expected = chain.executedStateRoot();
        bytes32 actual = _treeOf(chain).computeRoot(leaf, proof.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
        return amount;
    }
}
