// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {ExitingAccount, HeldClaim, HeldMessage, IHeldExit, LastAct} from "../interfaces/IHeldExit.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {IOwnersPolicy} from "../interfaces/IOwnersPolicy.sol";
import {IStateExit} from "../interfaces/IStateExit.sol";
import {LeafPath, StateLeaf} from "../interfaces/IStateTree.sol";
import {IChainTerms} from "../interfaces/IChainTerms.sol";
import {Absence, ListedGift, ListedNote, Note, Opening} from "../interfaces/l2/IHeldAccounts.sol";
import {ActTree} from "../l2/held/ActTree.sol";
import {HeldFormats} from "../l2/held/HeldFormats.sol";
import {RedeemedSet} from "../l2/held/RedeemedSet.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {WithheldLogs} from "../libraries/WithheldLogs.sol";
import {Epochs} from "../types/Terms.sol";
import {L2Message} from "../types/L2Transactions.sol";
import {StoppedChains} from "./StoppedChains.sol";

/// @notice A chain's contract, with the getter of its terms.
interface IWithTerms {
    function settings() external view returns (IChainTerms);
}

/// @title Claims of owners of held accounts on stopped chains
contract HeldExit is StoppedChains, IHeldExit {
    /// @inheritdoc IHeldExit
    uint256 public constant BOND = 0.05 ether;
    /// @inheritdoc IHeldExit
    uint256 public constant WINDOW = 7 days;
    /// @inheritdoc IHeldExit
    uint256 public constant CLAIM_TIME = 365 days;
    /// @dev Slot of `leafOf` in HeldAccounts.
    uint256 private constant LEAVES_SLOT = 0;
    bytes1 private constant WHOLE_LISTING = 0x00;
    bytes1 private constant PARTIAL_LISTING = 0x03;
    /// @dev Bytes before the map of a partial listing, or before the numbers of a whole one.
    uint256 private constant HEAD = 33;
    uint256 private constant MAP = 32;
    uint256 private constant NUMBER = 5;

    /// @notice Pays out of a stopped chain's balance.
    address public immutable stateExit;

    mapping(uint256 chainId => mapping(uint40 number => HeldClaim)) private claims;
    /// @inheritdoc IHeldExit
    mapping(uint256 chainId => mapping(uint40 number => mapping(address token => uint256))) public paidOf;
    /// @inheritdoc IHeldExit
    mapping(uint256 chainId => mapping(bytes32 id => uint256)) public paidReceipt;

    /// @dev For StateExit, which makes it.
    constructor(IChainFactory factory_) StoppedChains(factory_) {
        stateExit = msg.sender;
    }

    /// @inheritdoc IHeldExit
    function claim(ExitingAccount calldata account, HeldMessage calldata listing, LastAct calldata act) external payable {
        bytes32 leaf = _ownLeaf(account);
        _requireOpen(account.chainId);
        _requireAct(account.chainId, listing, act, HeldFormats.actLeaf(account.number, leaf, act.notesHash, act.paymentsHash));
        _store(account.chainId, account.number, account.opening.owner, leaf, _orderOf(listing));
    }

    /// @inheritdoc IHeldExit
    function claimNew(uint256 chainId, uint40 number, HeldMessage calldata registration) external payable {
        Opening memory opening;
        opening.owner = AddressAlias.l2Sender(msg.sender, chainId);
        _requireOpen(chainId);
        _requireSent(chainId, registration, abi.encodePacked(hex"01", number, opening.owner));
        bytes32 leaf = HeldFormats.accountLeaf(number, opening);
        _store(chainId, number, opening.owner, leaf, _orderOf(registration));
    }

    /// @inheritdoc IHeldExit
    function claimProven(ExitingAccount calldata account, LeafPath calldata path) external {
        (uint256 chainId, uint40 number, bytes32 leaf) = (account.chainId, account.number, _ownLeaf(account));
        IHyperchain chain = _stoppedChain(chainId);
        uint256 slot = uint256(keccak256(abi.encode(number, LEAVES_SLOT)));
        StateLeaf memory word =
            StateLeaf({kind: STORAGE, account: WithheldLogs.HELD_ACCOUNTS, slot: slot, value: uint256(leaf)});
        bytes32 actual = _treeOf(chain).computeRoot(word, path);
        bytes32 expected = chain.executedStateRoot();
        if (actual != expected) revert IStateExit.StateRootMismatch(expected, actual);
        HeldClaim storage known = claims[chainId][number];
        if (known.leaf != 0) revert AlreadyClaimed(known.leaf);
        (known.leaf, known.payableAt) = (leaf, uint64(block.timestamp));
        emit AccountClaimed(chainId, number, account.opening.owner, leaf, known.listing, known.payableAt);
    }

    /// @inheritdoc IHeldExit
    function refute(uint256 chainId, uint40 number, HeldMessage calldata later, uint8 index) external {
        HeldClaim storage known = claims[chainId][number];
        if (known.leaf == 0) revert ClaimMismatch(0, 0);
        if (block.timestamp >= known.payableAt) revert NotRefutable(known.payableAt, block.timestamp);
        _requireSent(chainId, later, later.message);
        uint40 listed = _numberAt(later.message, index);
        if (listed != number) revert NumberMismatch(number, listed);
        uint64 shown = _orderOf(later);
        if (shown <= known.listing) revert NotLater(known.listing, shown);
        uint256 bond = known.bond;
        (known.leaf, known.listing, known.payableAt, known.bond) = (0, shown, 0, 0);
        emit ClaimRefuted(chainId, number, msg.sender, shown, bond);
        _send(msg.sender, bond);
    }

    /// @inheritdoc IHeldExit
    function returnBond(ExitingAccount calldata account, address recipient) external {
        HeldClaim storage known = _requirePayable(account, recipient);
        uint256 bond = known.bond;
        if (bond == 0) revert NothingToReturn();
        known.bond = 0;
        emit BondReturned(account.chainId, account.number, recipient, bond);
        _send(recipient, bond);
    }

    /// @inheritdoc IHeldExit
    function payAsset(ExitingAccount calldata account, address token, uint256 amount, address recipient) external {
        _requirePayable(account, recipient);
        (uint256 chainId, uint40 number) = (account.chainId, account.number);
        uint256 paid = paidOf[chainId][number][token];
        _requireLeft(_holdingOf(account.opening, token), paid, amount);
        paidOf[chainId][number][token] = paid + amount;
        emit AssetPaid(chainId, number, token, recipient, amount);
        _pay(chainId, token, recipient, amount);
    }

    /// @inheritdoc IHeldExit
    function payNote(
        ExitingAccount calldata account,
        HeldMessage calldata listing,
        ListedNote calldata listed,
        uint256 amount,
        address recipient
    ) external {
        _requirePayable(account, recipient);
        if (listed.index >= listed.notes.length) revert NoteMissing(listed.notes.length, listed.index);
        Note calldata note = listed.notes[listed.index];
        if (note.to != account.number) revert NumberMismatch(account.number, note.to);
        bytes32 root = _requireListed(account.chainId, listing, listed.position);
        bytes32 leaf = HeldFormats.actLeaf(
            listed.sender, listed.senderLeaf, HeldFormats.hashNotes(listed.notes), listed.paymentsHash
        );
        bytes32 actual = ActTree.rootFrom(leaf, listed.position, listed.path);
        if (actual != root) revert ActMismatch(root, actual);
        bytes32 id = HeldFormats.noteId(root, listed.position, listed.index);
        _payReceipt(account, id, listed.absence, note.token, note.amount, amount, recipient);
    }

    /// @inheritdoc IHeldExit
    function payGift(
        ExitingAccount calldata account,
        HeldMessage calldata sent,
        ListedGift calldata gift,
        uint256 amount,
        address recipient
    ) external {
        _requirePayable(account, recipient);
        bytes memory message = abi.encodePacked(hex"02", gift.gift, account.number, gift.token, gift.amount);
        _requireSent(account.chainId, sent, message);
        bytes32 id = HeldFormats.giftId(gift.gift);
        _payReceipt(account, id, gift.absence, gift.token, gift.amount, amount, recipient);
    }

    /// @inheritdoc IHeldExit
    function claimOf(uint256 chainId, uint40 number) external view returns (HeldClaim memory) {
        return claims[chainId][number];
    }

    function _store(uint256 chainId, uint40 number, address owner, bytes32 leaf, uint64 listing) private {
        if (msg.value != BOND) revert BondMismatch(BOND, msg.value);
        HeldClaim storage known = claims[chainId][number];
        if (known.leaf != 0) revert AlreadyClaimed(known.leaf);
        if (listing < known.listing) revert StaleListing(known.listing, listing);
        uint64 payableAt = uint64(block.timestamp + WINDOW);
        claims[chainId][number] = HeldClaim({leaf: leaf, listing: listing, payableAt: payableAt, bond: uint128(BOND)});
        emit AccountClaimed(chainId, number, owner, leaf, listing, payableAt);
    }

    function _payReceipt(
        ExitingAccount calldata account,
        bytes32 id,
        Absence calldata absence,
        address token,
        uint256 whole,
        uint256 amount,
        address recipient
    ) private {
        (bool isAbsent,) = RedeemedSet.insert(account.opening.redeemed, id, absence);
        if (!isAbsent) revert NotAbsent(id);
        uint256 chainId = account.chainId;
        uint256 paid = paidReceipt[chainId][id];
        _requireLeft(whole, paid, amount);
        paidReceipt[chainId][id] = paid + amount;
        emit ReceiptPaid(chainId, account.number, id, token, recipient, amount);
        _pay(chainId, token, recipient, amount);
    }

    /// @dev Token 0 of held accounts is the chain's coin, and 1 is L1's ETH.
    function _pay(uint256 chainId, address token, address recipient, uint256 amount) private {
        address asset = token == address(0) ? IHyperchain(factory.getHyperchain(chainId)).getBaseToken() : token;
        IStateExit(stateExit).payOther(chainId, _plain(asset), recipient, amount);
    }

    function _send(address recipient, uint256 amount) private {
        if (!LowLevelCall.callNoReturn(recipient, amount, "")) revert TransferFailed(recipient);
    }

    /// @dev The account's owner calls, and its claim has these contents and was not refuted in time.
    function _requirePayable(ExitingAccount calldata account, address recipient)
        private
        view
        returns (HeldClaim storage known)
    {
        if (recipient == address(0)) revert IStateExit.ZeroRecipient();
        bytes32 leaf = _ownLeaf(account);
        known = claims[account.chainId][account.number];
        if (known.leaf != leaf) revert ClaimMismatch(known.leaf, leaf);
        if (block.timestamp < known.payableAt) revert NotYetPayable(known.payableAt, block.timestamp);
    }

    function _ownLeaf(ExitingAccount calldata account) private view returns (bytes32) {
        address caller = AddressAlias.l2Sender(msg.sender, account.chainId);
        address owner = account.opening.owner;
        if (caller != owner) revert IStateExit.NotTheOwner(owner, caller);
        return HeldFormats.accountLeaf(account.number, account.opening);
    }

    /// @dev That the chain stopped less than a year ago, and that L1 never had its state.
    function _requireOpen(uint256 chainId) private view {
        IHyperchain chain = _stoppedChain(chainId);
        uint256 opensAt = chain.exitOpensAt();
        if (block.timestamp > opensAt + CLAIM_TIME) revert ClaimTooLate(opensAt + CLAIM_TIME, block.timestamp);
        IChainTerms settings = IWithTerms(address(chain)).settings();
        Epochs memory epochs = settings.epochsOf(chainId);
        uint64 count = epochs.current + 1;
        // No batch has terms that begin later: its commit would leave out an overdue operation. So no admin ends this way out by terms
        // that the chain never had.
        if (epochs.currentAt > opensAt) --count;
        for (uint64 epoch = 0; epoch < count; ++epoch) {
            address policy = settings.termsOf(chainId, epoch).dataAvailabilityPolicy;
            if (!_isAtOwners(policy)) revert NotAtOwners(chainId, epoch, policy);
        }
    }

    /// @dev Other policies lack the function.
    function _isAtOwners(address policy) private view returns (bool) {
        try IOwnersPolicy(policy).isStoredByOwners() returns (bool isStoredByOwners) {
            return isStoredByOwners;
        } catch {
            return false;
        }
    }

    function _requireAct(uint256 chainId, HeldMessage calldata listing, LastAct calldata act, bytes32 leaf) private view {
        bytes32 root = _requireListed(chainId, listing, act.position);
        bytes32 actual = ActTree.rootFrom(leaf, act.position, act.path);
        if (actual != root) revert ActMismatch(root, actual);
    }

    /// @dev A listed position has an act that the chain applied, and a tree has one depth: so the leaf there is the act's.
    /// @return root Root of the tree of acts.
    function _requireListed(uint256 chainId, HeldMessage calldata listing, uint8 position)
        private
        view
        returns (bytes32 root)
    {
        bytes calldata message = listing.message;
        _requireSent(chainId, listing, message);
        bytes1 kind = message[0];
        bool isListed = kind == WHOLE_LISTING
            ? position < (message.length - HEAD) / NUMBER
            : kind == PARTIAL_LISTING && (uint256(bytes32(message[HEAD:HEAD + MAP])) >> position) & 1 == 1;
        if (!isListed) revert NotListed(position);
        return bytes32(message[1:HEAD]);
    }

    function _requireSent(uint256 chainId, HeldMessage calldata shown, bytes memory message) private view {
        bool isIncluded = factory.proveL2MessageInclusion(
            chainId,
            shown.batchNumber,
            shown.messageIndex,
            L2Message({txNumberInBatch: 0, sender: WithheldLogs.HELD_ACCOUNTS, data: message}),
            shown.merkleProof
        );
        if (!isIncluded) revert IStateExit.MessageNotIncluded(chainId, shown.batchNumber, shown.messageIndex);
    }

    function _requireLeft(uint256 whole, uint256 paid, uint256 amount) private pure {
        if (amount == 0) revert IStateExit.NothingToClaim();
        if (amount > whole - paid) revert IStateExit.ClaimTooLarge(whole, paid, amount);
    }

    function _holdingOf(Opening calldata opening, address token) private pure returns (uint256) {
        for (uint256 i = 0; i < opening.holdings.length; ++i) {
            if (opening.holdings[i].token == token) return opening.holdings[i].amount;
        }
        revert HoldingMissing(token);
    }

    function _numberAt(bytes calldata message, uint8 index) private pure returns (uint40) {
        bytes1 kind = message[0];
        if (kind != WHOLE_LISTING && kind != PARTIAL_LISTING) revert NotListed(index);
        uint256 start = HEAD + NUMBER * index;
        if (kind == PARTIAL_LISTING) start += MAP;
        if (start + NUMBER > message.length) revert NotListed(index);
        return uint40(bytes5(message[start:start + NUMBER]));
    }

    /// @dev Messages of a batch are in the order of their acts. An index has 14 bits, and a batch number 32.
    function _orderOf(HeldMessage calldata shown) private pure returns (uint64) {
        return uint64((shown.batchNumber << L2LogTree.DEPTH) | shown.messageIndex);
    }
}
