// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {Forwarding, IForwarder} from "../interfaces/l2/IForwarders.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {L2TransactionRequestDirect, L2TransactionRequestTwoBridgesOuter} from "../types/L2Transactions.sol";
import {InteroperableAddress} from "./InteroperableAddress.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @dev ERC-20's `approve`, whose answer some tokens leave out.
interface IApprovable {
    function approve(address spender, uint256 amount) external;
}

/// @notice See {IForwarder}. Runs behind minimal proxies.
contract Forwarder is IForwarder, RestrictedCallers {
    IL2AssetRouter private constant ROUTER = IL2AssetRouter(Predeploys.ASSET_ROUTER);
    IL2NativeTokenVault private constant VAULT = IL2NativeTokenVault(Predeploys.NATIVE_TOKEN_VAULT);
    /// @dev Gas of a deposit for the recipient; the rest goes to `refundTo` on its chain.
    uint256 private constant COIN_GAS = 300_000;
    /// @dev The most that the queue takes for nothing (IPriorityQueue.MAX_FREE_DELIVERY_GAS): a token cannot pay for its gas.
    uint256 private constant TOKEN_GAS = 500_000;
    /// @dev In ZK Stack's shape; the price per byte is in the gas already.
    uint256 private constant GAS_PER_PUBDATA_BYTE = 800;

    address private immutable forwarders = msg.sender;

    receive() external payable {}

    /// @inheritdoc IForwarder
    function forward(Forwarding calldata forwarding, address token, address payee)
        external
        onlyFrom(forwarders)
        returns (uint256 amount)
    {
        uint256 fee = token == forwarding.token ? forwarding.fee : 0;
        uint256 balance = _balanceOf(token);
        if (balance <= fee) revert NothingToForward(fee, balance);
        amount = balance - fee;
        if (forwarding.factory == address(0)) _sendOut(forwarding.to, token, amount);
        else _deposit(forwarding, token, amount);
        emit Forwarded(token, amount, fee);
        if (fee != 0) TokenTransfer.send(_plain(token), payee, fee);
    }

    /// @inheritdoc IForwarder
    function refund(Forwarding calldata forwarding, address token, address payee)
        external
        onlyFrom(forwarders)
        returns (uint256 amount)
    {
        address recipient = forwarding.refundTo;
        if (recipient == address(0)) revert RecipientNotAllowed(recipient);
        uint256 fee = token == forwarding.token && payee != recipient ? forwarding.fee : 0;
        amount = _balanceOf(token);
        // The work is the same, so it is paid the same; but never with all that there is.
        if (amount > fee) amount -= fee;
        else fee = 0;
        emit Refunded(token, amount, fee);
        TokenTransfer.send(_plain(token), recipient, amount);
        if (fee != 0) TokenTransfer.send(_plain(token), payee, fee);
    }

    /// @dev To an account here, to L1, or to a chain that settles where this one does.
    function _sendOut(bytes calldata to, address token, uint256 amount) private {
        (uint256 chainId, address recipient) = InteroperableAddress.parse(to);
        if (chainId == block.chainid) {
            if (recipient == address(0)) revert RecipientNotAllowed(recipient);
            TokenTransfer.send(_plain(token), recipient, amount);
            return;
        }
        bool isCoin = token == Predeploys.BASE_TOKEN;
        if (!isCoin) _prepareDeparture(token, amount);
        ROUTER.send{value: isCoin ? amount : 0}(to, token, amount);
    }

    /// @dev The vault takes tokens of this chain by an allowance, and burns those of other chains without one. A token that it
    /// has not seen yet is announced, so that it has its name where it goes; one that does not tell it goes without.
    function _prepareDeparture(address token, uint256 amount) private {
        bytes32 id = VAULT.assetId(token);
        if (id == 0) {
            try VAULT.announce(token) {} catch {}
        }
        if (id == 0 || VAULT.originChainId(id) == block.chainid) _approve(token, address(VAULT), amount);
    }

    /// @dev To a chain that settles on this one, through its queue. What the operation fails to pay, that chain pays to
    /// `refundTo`; a token deposit that fails comes back here (ISharedBridge.bridgeRecoverFailedTransfer).
    function _deposit(Forwarding calldata forwarding, address token, uint256 amount) private {
        (uint256 chainId, address recipient) = InteroperableAddress.parse(forwarding.to);
        if (recipient == address(0)) revert RecipientNotAllowed(recipient);
        if (token == Predeploys.BASE_TOKEN) _depositCoin(forwarding, chainId, recipient, amount);
        else _depositToken(forwarding, chainId, recipient, token, amount);
    }

    function _depositCoin(Forwarding calldata forwarding, uint256 chainId, address recipient, uint256 amount) private {
        IChainFactory factory = IChainFactory(forwarding.factory);
        uint256 cost = factory.l2TransactionBaseCost(chainId, 0, COIN_GAS, GAS_PER_PUBDATA_BYTE);
        if (amount <= cost) revert LessThanQueueCost(cost, amount);
        L2TransactionRequestDirect memory request;
        request.chainId = chainId;
        request.mintValue = amount;
        request.l2Contract = recipient;
        request.l2Value = amount - cost;
        request.l2GasLimit = COIN_GAS;
        request.l2GasPerPubdataByteLimit = GAS_PER_PUBDATA_BYTE;
        request.refundRecipient = forwarding.refundTo;
        factory.requestL2TransactionDirect{value: amount}(request);
    }

    function _depositToken(
        Forwarding calldata forwarding,
        uint256 chainId,
        address recipient,
        address token,
        uint256 amount
    ) private {
        IChainFactory factory = IChainFactory(forwarding.factory);
        address bridge = factory.sharedBridge();
        _approve(token, bridge, amount);
        L2TransactionRequestTwoBridgesOuter memory request;
        request.chainId = chainId;
        request.l2GasLimit = TOKEN_GAS;
        request.l2GasPerPubdataByteLimit = GAS_PER_PUBDATA_BYTE;
        request.refundRecipient = forwarding.refundTo;
        request.secondBridgeAddress = bridge;
        request.secondBridgeCalldata = abi.encode(token, amount, recipient);
        factory.requestL2TransactionTwoBridges(request);
    }

    function _balanceOf(address token) private view returns (uint256) {
        return token == Predeploys.BASE_TOKEN ? address(this).balance : TokenTransfer.balance(token);
    }

    function _plain(address token) private pure returns (address) {
        return token == Predeploys.BASE_TOKEN ? address(0) : token;
    }

    /// @dev Exactly what is taken in the same call, so that no claim on what comes later is left.
    function _approve(address token, address spender, uint256 amount) private {
        (bool success, bytes memory result) = token.call(abi.encodeCall(IApprovable.approve, (spender, amount)));
        if (!success || (result.length != 0 && !abi.decode(result, (bool)))) revert ApprovalFailed(token);
    }
}
