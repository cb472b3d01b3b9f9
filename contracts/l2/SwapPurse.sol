// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISwapPurse, SwapOrder} from "../interfaces/l2/IRemoteSwap.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {IL2BaseToken} from "../interfaces/l2/IL2BaseToken.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";
import {bubble} from "./Bubble.sol";

/// @dev ERC-20's `approve`, whose answer some tokens leave out.
interface IApproving {
    function approve(address spender, uint256 amount) external;
}

/// @notice See {ISwapPurse}. Runs behind minimal proxies.
contract SwapPurse is ISwapPurse, RestrictedCallers {
    IL2AssetRouter private constant ROUTER = IL2AssetRouter(Predeploys.ASSET_ROUTER);
    IL2NativeTokenVault private constant VAULT = IL2NativeTokenVault(Predeploys.NATIVE_TOKEN_VAULT);
    address private immutable owners = msg.sender;

    receive() external payable {}

    /// @inheritdoc ISwapPurse
    function swap(SwapOrder calldata order) external payable onlyFrom(owners) returns (uint256 amountOut) {
        if (block.timestamp > order.deadline) revert SwapExpired(order.deadline, block.timestamp);
        uint256 held = _balanceOf(order.tokenOut);
        uint256 had = _balanceOf(order.tokenIn);
        bool givesCoin = order.tokenIn == Predeploys.BASE_TOKEN;
        if (!givesCoin) _approve(order.tokenIn, order.router, order.amountIn);
        (bool success, bytes memory result) = order.router.call{value: givesCoin ? order.amountIn : 0}(order.data);
        if (!success) bubble(result);
        // A router that did not take all keeps no claim on what the purse has later.
        if (!givesCoin) _approve(order.tokenIn, order.router, 0);

        uint256 holds = _balanceOf(order.tokenOut);
        amountOut = holds > held ? holds - held : 0;
        if (amountOut < order.minimumOut) revert TooLittleReceived(order.minimumOut, amountOut);
        emit Swapped(order.tokenIn, order.amountIn, order.tokenOut, amountOut);
        _send(order.tokenOut, holds, order.chainId, order.recipient);
        if (order.tokenIn != order.tokenOut) _sendLeft(order, had);
    }

    /// @inheritdoc ISwapPurse
    function sendOn(address token, uint256 amount, uint256 chainId, address recipient) external onlyFrom(address(this)) {
        _send(token, amount, chainId, recipient);
    }

    /// @inheritdoc ISwapPurse
    function empty(address token, uint256 chainId, address recipient) external onlyFrom(owners) returns (uint256 amount) {
        amount = _balanceOf(token);
        _send(token, amount, chainId, recipient);
    }

    /// @dev The purse's other balance stays: anyone can put it there. A remainder that cannot leave, such as
    /// a token for L1 that does not originate there, stays too: the owner can empty it, and the swap is not
    /// undone.
    /// @param had Balance of `tokenIn` before the call of the router.
    function _sendLeft(SwapOrder calldata order, uint256 had) private {
        uint256 has = _balanceOf(order.tokenIn);
        uint256 taken = had > has ? had - has : 0;
        if (taken >= order.amountIn) return;
        uint256 gasBefore = gasleft();
        try this.sendOn(order.tokenIn, order.amountIn - taken, order.chainId, order.recipient) {}
        catch {
            // For want of gas nothing stays: an estimate would settle on that. Of what ran out, calls inside one another leave some.
            if (gasleft() < gasBefore / 2) revert TooLittleGas();
        }
    }

    function _send(address token, uint256 amount, uint256 chainId, address recipient) private {
        if (recipient == address(0) || recipient == address(this)) revert RecipientNotAllowed(recipient);
        bool isCoin = token == Predeploys.BASE_TOKEN;
        if (chainId == block.chainid) {
            TokenTransfer.send(isCoin ? address(0) : token, recipient, amount);
            return;
        }
        if (!isCoin) _prepareDeparture(token, amount);
        if (chainId == ISystemContext(Predeploys.SYSTEM_CONTEXT).l1ChainId()) {
            if (isCoin) IL2BaseToken(Predeploys.BASE_TOKEN).withdraw{value: amount}(recipient);
            else ROUTER.withdraw(recipient, token, amount);
        } else {
            ROUTER.sendToChain{value: isCoin ? amount : 0}(chainId, token, amount, recipient);
        }
    }

    /// @dev The vault takes tokens of this chain by an allowance, and burns those of other chains without one. A token that it has
    /// not seen yet is announced, so that it has its name where it goes; one that does not tell it goes without.
    function _prepareDeparture(address token, uint256 amount) private {
        bytes32 id = VAULT.assetId(token);
        if (id == 0) {
            try VAULT.announce(token) {} catch {}
        }
        if (id == 0 || VAULT.originChainId(id) == block.chainid) _approve(token, address(VAULT), amount);
    }

    function _balanceOf(address token) private view returns (uint256) {
        return token == Predeploys.BASE_TOKEN ? address(this).balance : TokenTransfer.balance(token);
    }

    function _approve(address token, address spender, uint256 amount) private {
        (bool success, bytes memory result) = token.call(abi.encodeCall(IApproving.approve, (spender, amount)));
        if (!success || (result.length != 0 && !abi.decode(result, (bool)))) revert ApprovalFailed(token);
    }
}
