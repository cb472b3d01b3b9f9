// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC7786GatewaySource, IERC7786Recipient} from "./interfaces/l2/IERC7786.sol";
import {ICrossChainViews} from "./interfaces/l2/ICrossChainViews.sol";
import {IInteropAttributes} from "./interfaces/l2/IInteropAttributes.sol";
import {IInteropCenter} from "./interfaces/l2/IInteropCenter.sol";
import {IInteropCallback, IInteropHandler} from "./interfaces/l2/IInteropHandler.sol";
import {IL2NativeTokenVault} from "./interfaces/l2/IL2NativeTokenVault.sol";
import {InteropCallStarter} from "./interfaces/l2/InteropBundle.sol";
import {RemoteSlots} from "./libraries/RemoteSlots.sol";

/// @notice Calls to contracts on one other chain. {Hyperchain.call} makes one, assignments set its fields,
/// {CrossChainCalls.send} sends it. Either all of its calls happen, or none.
/// @dev A struct, because the compiler's default pipeline has no stack for a chain of four functions.
/// @param chainId Destination. Set by {Hyperchain.call} and {Hyperchain.message}.
/// @param calls Calls, in order. Set by {Hyperchain.call} and {CrossChainCalls.addCall}.
/// @param value Sum of the calls' values. Set by {CrossChainCalls.addCall}.
/// @param tokens Attributes of the tokens that travel. Set by {CrossChainCalls.addToken}.
/// @param coins Base token among these tokens. Set by {CrossChainCalls.addToken}.
/// @param refundTo Account on this chain that gets value and tokens back if the calls fail, and an answer's
/// reward that no account earned. Required if anything travels. Refunds arrive without a call; a reward is
/// paid by a call, so a contract needs `receive`.
/// @param answerGas Exact gas of the call that reports the outcome to this contract ({CrossChainAnswers}); 0
/// requests no answer. With less gas than the contract needs, it can never receive the outcome.
/// @param answerReward Paid on this chain, in its base token, to the account that delivers the answer.
/// @param gasLimit Gas of all calls together. Default 1,000,000; with `answerGas` at most 5,000,000. A
/// relayer cannot use less.
/// @param deadline Last second of the destination's clock that permits the calls. After it they fail. Default
/// 0: none.
/// @param reward Paid on the destination, in its base token, to the account that delivers, also if the calls
/// fail.
/// @param destinationToken Token of this chain that is the destination's base token, if that is not this
/// chain's base token. Value and reward are taken in it. Without it a call with value fails there, and the
/// value comes back.
struct CrossChainCall {
    uint256 chainId;
    InteropCallStarter[] calls;
    uint256 value;
    bytes[] tokens;
    uint256 coins;
    address refundTo;
    uint256 answerGas;
    uint256 answerReward;
    uint256 gasLimit;
    uint256 deadline;
    uint256 reward;
    address destinationToken;
}

using CrossChainCalls for CrossChainCall global;

/// @title Contracts that every hyperchain has at the same address, and calls to other chains
/// @dev Not for L1: a contract there names its gateway with {CrossChainContract.gatewayFor}.
library Hyperchain {
    /// @notice Sends calls and messages, and delivers messages.
    IInteropCenter internal constant GATEWAY = IInteropCenter(address(0x1000d));
    /// @notice Delivers calls and answers.
    IInteropHandler internal constant HANDLER = IInteropHandler(address(0x1000e));
    /// @notice Stores slots of contracts on other chains; {RemoteSlots} reads them.
    ICrossChainViews internal constant VIEWS = ICrossChainViews(address(0x1000f));
    /// @notice Takes the approval of a token that was created on this chain, before
    /// {CrossChainCalls.addToken}.
    IL2NativeTokenVault internal constant TOKEN_VAULT = IL2NativeTokenVault(address(0x10004));
    /// @notice Address of the base token, for {CrossChainCalls.addToken}.
    address internal constant BASE_TOKEN = address(0x800a);

    /// @notice A call of any contract on another chain. Its sender there is this contract's account
    /// ({accountOf}).
    /// @param value In the destination's base token.
    /// @dev All calls of a contract come from one account. So a user who can choose `target` and `data` can
    /// use everything that this account owns, and decides the content of the answer.
    function call(uint256 chainId, address target, uint256 value, bytes memory data)
        internal
        pure
        returns (CrossChainCall memory made)
    {
        made.chainId = chainId;
        made.addCall(target, value, data);
    }

    /// @notice A message (ERC-7786) for `receiveMessage` of a contract on another chain.
    function message(uint256 chainId, address recipient, bytes memory payload)
        internal
        pure
        returns (CrossChainCall memory made)
    {
        made.chainId = chainId;
        made.calls = new InteropCallStarter[](1);
        made.calls[0] = InteropCallStarter(Interoperable.account(chainId, recipient), payload, new bytes[](0));
    }

    /// @notice Account on this chain that makes the calls of an address on another chain, also before it
    /// exists.
    function accountOf(uint256 chainId, address owner) internal view returns (address) {
        return HANDLER.interopAccount(chainId, owner);
    }

    /// @notice Address on this chain of a token that was created on another chain or on L1, also before any
    /// amount arrives. It is the same on every chain except the token's first one.
    function tokenOf(uint256 originChainId, address originToken) internal view returns (address) {
        return TOKEN_VAULT.calculateCreate2TokenAddress(originChainId, originToken);
    }

    /// @notice `receiveId` on the destination of a message whose `send` returned `callId`.
    function receiveIdOf(bytes32 callId) internal pure returns (bytes32) {
        return keccak256(abi.encode(callId, 0));
    }
}

/// @title Chains, and accounts on them, in ERC-7930 form
library Interoperable {
    /// @notice Not the single encoding of an EVM chain, or of an account on one.
    error NotInteroperable(bytes encoded);

    /// @notice Encoding of a chain.
    function chain(uint256 chainId) internal pure returns (bytes memory) {
        return abi.encodePacked(_head(chainId), uint8(0));
    }

    /// @notice Encoding of an account on a chain.
    function account(uint256 chainId, address account_) internal pure returns (bytes memory) {
        return abi.encodePacked(_head(chainId), uint8(20), account_);
    }

    /// @notice Chain and account of an encoding; the zero address if it has a chain alone.
    function parse(bytes memory encoded) internal pure returns (uint256 chainId, address account_) {
        // Version (2), chain type (2) and length of the chain id (1) come first; then the id, the account's length (1) and the account.
        uint256 size = encoded.length < 7 ? 0 : uint8(encoded[4]);
        bool isChain = encoded.length == 6 + size;
        if (size == 0 || size > 32 || !(isChain || encoded.length == 26 + size)) revert NotInteroperable(encoded);
        assembly ("memory-safe") {
            chainId := shr(mul(8, sub(32, size)), mload(add(encoded, 0x25)))
            if iszero(isChain) { account_ := shr(96, mload(add(encoded, add(0x26, size)))) }
        }
        // Encoded again it must be the same: so a leading zero, another version, type or length is refused.
        bytes32 expected = keccak256(isChain ? chain(chainId) : account(chainId, account_));
        if (keccak256(encoded) != expected) revert NotInteroperable(encoded);
    }

    function _head(uint256 chainId) private pure returns (bytes memory) {
        uint256 size = 0;
        for (uint256 rest = chainId; rest != 0; rest >>= 8) ++size;
        bytes memory id = abi.encodePacked(chainId);
        assembly ("memory-safe") {
            // Drops the leading zero bytes: the new start is inside the same allocation.
            id := add(id, sub(32, size))
            mstore(id, size)
        }
        return abi.encodePacked(bytes4(0x00010000), uint8(size), id);
    }
}

/// @title Functions of {CrossChainCall}
library CrossChainCalls {
    /// @notice Value, tokens or rewards travel, and `refundTo` names no account for refunds.
    error NoRefundAccount();
    /// @notice `paid` is not the sum of value, rewards and coins that leave in base token.
    error WrongPayment(uint256 expected, uint256 actual);

    /// @notice Adds a call, after the previous ones.
    function addCall(CrossChainCall memory self, address target, uint256 value, bytes memory data) internal pure {
        bytes[] memory attributes = new bytes[](value == 0 ? 1 : 2);
        attributes[0] = abi.encodeCall(IInteropAttributes.shadowAccount, ());
        if (value != 0) attributes[1] = abi.encodeCall(IInteropAttributes.interopCallValue, (value));
        InteropCallStarter[] memory calls = new InteropCallStarter[](self.calls.length + 1);
        for (uint256 i = 0; i < self.calls.length; ++i) calls[i] = self.calls[i];
        calls[self.calls.length] = InteropCallStarter(Interoperable.account(self.chainId, target), data, attributes);
        self.calls = calls;
        self.value += value;
    }

    /// @notice Adds an amount of a token of this chain for an account there, which has it before the calls
    /// happen; at most 8 times.
    /// @dev The gateway takes it from this contract. A token that was created on this chain needs an approval
    /// to {Hyperchain.TOKEN_VAULT}.
    function addToken(CrossChainCall memory self, address token, uint256 amount, address recipient) internal pure {
        if (token == Hyperchain.BASE_TOKEN) self.coins += amount;
        self.tokens = _with(self.tokens, abi.encodeCall(IInteropAttributes.transferToken, (token, amount, recipient)));
    }

    /// @notice Sends the calls.
    /// @param paid Base token that may leave this contract, often `msg.value`. Another sum reverts, so no
    /// call spends money that the contract holds for others.
    /// @return callId Names the calls in answers. The destination and tools use it as the bundle's hash.
    function send(CrossChainCall memory self, uint256 paid) internal returns (bytes32 callId) {
        uint256 due = self.answerReward + self.coins;
        if (self.destinationToken == address(0)) due += self.value + self.reward;
        if (paid != due) revert WrongPayment(due, paid);
        bool moves = paid != 0 || self.value != 0 || self.reward != 0 || self.tokens.length != 0;
        if (moves && self.refundTo == address(0)) revert NoRefundAccount();
        return Hyperchain.GATEWAY.sendBundle{value: paid}(Interoperable.chain(self.chainId), self.calls, _attributes(self));
    }

    function _attributes(CrossChainCall memory self) private pure returns (bytes[] memory all) {
        all = self.tokens;
        if (self.refundTo != address(0)) all = _with(all, abi.encodeCall(IInteropAttributes.refundRecipient, (self.refundTo)));
        if (self.answerGas != 0) {
            all = _with(all, abi.encodeCall(IInteropAttributes.callback, (self.answerGas, self.answerReward)));
        }
        if (self.gasLimit != 0) all = _with(all, abi.encodeCall(IInteropAttributes.gasLimit, (self.gasLimit)));
        if (self.deadline != 0) all = _with(all, abi.encodeCall(IInteropAttributes.expiresAt, (self.deadline)));
        if (self.reward != 0) all = _with(all, abi.encodeCall(IInteropAttributes.relayerReward, (self.reward)));
        if (self.destinationToken != address(0)) {
            all = _with(all, abi.encodeCall(IInteropAttributes.destinationBaseToken, (self.destinationToken)));
        }
    }

    function _with(bytes[] memory all, bytes memory one) private pure returns (bytes[] memory more) {
        more = new bytes[](all.length + 1);
        for (uint256 i = 0; i < all.length; ++i) more[i] = all[i];
        more[all.length] = one;
    }
}

/// @title A contract that receives the outcomes of its calls on other chains
/// @notice Can be inherited together with any other base, such as OpenZeppelin's ERC7786Recipient.
/// @dev Any account can deliver an outcome as soon as it can be proven, also from inside an external call of
/// this contract. So guard both functions as external ones. If a function reverts, any account can repeat the
/// delivery for 30 days.
abstract contract CrossChainAnswers is IInteropCallback {
    error NotTheHandler(address caller);

    /// @inheritdoc IInteropCallback
    function onInteropResult(bytes32 bundleHash, bool success, bytes calldata result) external {
        if (msg.sender != address(Hyperchain.HANDLER)) revert NotTheHandler(msg.sender);
        if (success) _onAnswer(bundleHash, abi.decode(result, (bytes[])));
        else _onFailure(bundleHash, result);
    }

    /// @notice Runs once when all calls have succeeded.
    /// @param callId Result of `send`. It can also name a bundle that this contract sent in another way, so
    /// compare it.
    /// @param results Return data of each call; empty if the target has no code. Only as true as the target
    /// and its chain.
    function _onAnswer(bytes32 callId, bytes[] memory results) internal virtual;

    /// @notice Runs once when the calls have failed. No call left a trace. Value and tokens return to the
    /// refund account in a separate message, possibly later.
    /// @param reason First 1,024 bytes of the revert data, or BundleExpired.
    function _onFailure(bytes32 callId, bytes memory reason) internal virtual;
}

/// @title A contract with one peer on each other chain that it trusts
/// @notice An ERC-7786 recipient. Its peers are in ERC-7201 storage and it has no constructor, so proxies can
/// use it.
abstract contract CrossChainContract is IERC7786Recipient {
    /// @custom:storage-location erc7201:hyperchain.CrossChainContract
    struct CrossChainPeers {
        mapping(uint256 chainId => address) peers;
    }

    event PeerSet(uint256 indexed chainId, address indexed peer);

    error NotTheGateway(address caller);
    error NotThePeer(uint256 chainId, address sender);
    error NoPeerOn(uint256 chainId);
    /// @notice {gatewayFor} names a gateway that has no bundles. Send with {_sendMessage}.
    error AnotherGateway(uint256 chainId, address gateway);

    /// @dev keccak256(abi.encode(uint256(keccak256("hyperchain.CrossChainContract")) - 1)) &
    /// ~bytes32(uint256(0xff))
    bytes32 private constant PEERS = 0xda4225e2c654c98da66f35e24739dfdddad45e3c71c2a256860454deb94b4700;

    /// @notice Peer on a chain; the zero address if the contract trusts none there.
    /// @dev There is no default. The operators of a chain whose execution L1 does not check can forge any
    /// sender on it, even this contract's address. So name only chains that exist, and that the contract can
    /// afford to trust.
    function peerOn(uint256 chainId) public view virtual returns (address) {
        return _peers().peers[chainId];
    }

    /// @notice Gateway that sends messages to a chain and delivers messages from it. Override it for L1, and
    /// on L1 (`MessageGateway`).
    function gatewayFor(uint256) public view virtual returns (address) {
        return address(Hyperchain.GATEWAY);
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        returns (bytes4)
    {
        (uint256 chainId, address from) = Interoperable.parse(sender);
        if (msg.sender != gatewayFor(chainId)) revert NotTheGateway(msg.sender);
        if (from == address(0) || from != peerOn(chainId)) revert NotThePeer(chainId, from);
        _onMessage(receiveId, chainId, payload);
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @notice Takes a message of the peer on that chain, with `msg.value` of base token. Runs once for each
    /// `receiveId`.
    /// @dev If it reverts, the message has failed for good. The sender learns this only if it requested an
    /// answer. Any account can deliver a message, also from inside an external call of this contract, so
    /// guard this function as an external one.
    function _onMessage(bytes32 receiveId, uint256 chainId, bytes calldata payload) internal virtual;

    /// @notice Sets the peer on a chain; the zero address removes it. Messages of the previous peer that have
    /// not arrived will fail.
    /// @dev Restrict the callers: this contract believes its peers.
    function _setPeer(uint256 chainId, address peer) internal virtual {
        _peers().peers[chainId] = peer;
        emit PeerSet(chainId, peer);
    }

    /// @notice A message to the peer on a hyperchain. Send it with `_toPeer(chainId, payload).send(0)`.
    function _toPeer(uint256 chainId, bytes memory payload) internal view returns (CrossChainCall memory) {
        address gateway = gatewayFor(chainId);
        if (gateway != address(Hyperchain.GATEWAY)) revert AnotherGateway(chainId, gateway);
        return Hyperchain.message(chainId, _requirePeer(chainId), payload);
    }

    /// @notice Sends a message to the peer through {gatewayFor}, with this gateway's attributes.
    /// @param paid Base token that the attributes need.
    function _sendMessage(uint256 chainId, bytes memory payload, bytes[] memory attributes, uint256 paid)
        internal
        returns (bytes32 sendId)
    {
        bytes memory recipient = Interoperable.account(chainId, _requirePeer(chainId));
        return IERC7786GatewaySource(gatewayFor(chainId)).sendMessage{value: paid}(recipient, payload, attributes);
    }

    function _requirePeer(uint256 chainId) private view returns (address peer) {
        peer = peerOn(chainId);
        if (peer == address(0)) revert NoPeerOn(chainId);
    }

    function _peers() private pure returns (CrossChainPeers storage found) {
        assembly {
            found.slot := PEERS
        }
    }
}
