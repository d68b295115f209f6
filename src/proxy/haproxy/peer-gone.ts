/**
 * How long bytes, or a question whether the other side is still there, may go without any answer
 * before the connection ends (TCP_USER_TIMEOUT, RFC 5482): as HAProxy writes times.
 */
export const peerGone = "240s";
