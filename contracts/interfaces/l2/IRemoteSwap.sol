// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @notice A swap, and where its proceeds go. Base token is 0x800a.
/// @param router Called with `data` and, where base token is given, with `amountIn` of it. It may take
/// `amountIn` of `tokenIn`.
/// @param data Has to name the caller's purse as the recipient of the proceeds.
/// @param minimumOut Minimum growth of the purse's `tokenOut` while the router runs. Any other payment to the
/// purse in that time counts: a router could deliver a transfer that is on its way to the purse, or have one
/// refunded, and pay so much less.
/// @param deadline The last second of this chain's clock at which the swap is made.
/// @param chainId Where the proceeds go: this chain, L1, or another chain.
struct SwapOrder {
    address router;
    bytes data;
    address tokenIn;
    uint256 amountIn;
    address tokenOut;
    uint256 minimumOut;
    uint256 deadline;
    uint256 chainId;
    address recipient;
}

/// @title Swaps for accounts of other chains
/// @notice A swap's proceeds are unknown when it is signed. This contract has a router swap what is in the
/// caller's purse, and sends the whole proceeds on. Each caller has a separate purse, so no other account can
/// reach its remainder.
/// @dev The caller alone trusts its router: it can fail the swap and take `amountIn`, for which it must pay
/// `minimumOut`. What fails reverts as a whole; a bundle of another chain is then refunded there.
interface IRemoteSwap {
    event PurseOpened(address indexed owner, address purse);

    /// @notice Swaps what was transferred to the caller's purse before; base token may be attached too. What
    /// the router leaves of `amountIn` goes where the proceeds go; where it cannot, as a token that does not
    /// originate on L1 cannot go there, it stays in the purse.
    /// @return amountOut What the router paid, in units of `tokenOut`.
    function swap(SwapOrder calldata order) external payable returns (uint256 amountOut);

    /// @notice Sends all that the caller's purse has of a token, such as what came back from a chain id that no chain had.
    function empty(address token, uint256 chainId, address recipient) external returns (uint256 amount);

    /// @notice Address for the tokens of a caller's swaps before its call, whether or not the purse exists
    /// yet.
    function purseOf(address owner) external view returns (address purse);
}

/// @title What one caller has in swaps
interface ISwapPurse is IRestrictedCallers {
    event Swapped(address indexed tokenIn, uint256 amountIn, address indexed tokenOut, uint256 amountOut);

    /// @notice The order came after its deadline, by the clock of this chain.
    error SwapExpired(uint256 deadline, uint256 timestamp);
    /// @notice The router paid the purse less than the order's minimum: the price slipped, or the router lies.
    error TooLittleReceived(uint256 minimum, uint256 actual);
    error RecipientNotAllowed(address recipient);
    error ApprovalFailed(address token);
    /// @notice The gas did not suffice to send on what the router left of the amount.
    error TooLittleGas();

    /// @notice Implements `IRemoteSwap.swap`. Only from there, for the owner.
    function swap(SwapOrder calldata order) external payable returns (uint256 amountOut);

    /// @notice Sends an amount on. Only from the purse itself, where a failure must not undo a swap.
    function sendOn(address token, uint256 amount, uint256 chainId, address recipient) external;

    /// @notice Implements `IRemoteSwap.empty`. Only from there, for the owner.
    function empty(address token, uint256 chainId, address recipient) external returns (uint256 amount);
}
