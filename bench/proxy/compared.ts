import { availableParallelism } from "node:os";

/**
 * Open files that a process may have here: a pod's usual limit is far higher, and the container
 * this is made for can't raise it.
 */
export const openFiles = 20_000;

/**
 * A configuration with the values of the official image (WhatsApp/proxy of 30 July 2026): its
 * buffers, timeouts, checks and PROXY header. Its limit of 27,500 connections is lowered to what
 * the open files allow, as is ours; the threads are as many as ours.
 */
export function officialValues(
  certificate: string,
  ports: { readonly chat: number; readonly media: number },
  upstreamPort: number,
): string {
  return `
global
    maxconn ${(openFiles - 400) / 2}
    nbthread ${availableParallelism()}
    tune.bufsize 4096
    spread-checks 5
    ssl-server-verify none
defaults
    mode tcp
    timeout connect 5s
    timeout client 200s
    timeout server 200s
    timeout client-fin 1s
    timeout server-fin 1s
    default-server inter 10s fastinter 1s downinter 3s error-limit 50
frontend chat
    bind ipv4@*:${ports.chat} ssl crt ${certificate}
    default_backend chat
frontend media
    bind ipv4@*:${ports.media}
    default_backend media
backend chat
    server chat 127.0.0.1:${upstreamPort} check inter 60000 observe layer4 send-proxy
backend media
    server media 127.0.0.1:${upstreamPort} check inter 60000 observe layer4
`;
}

/** Most pipes of the bare splice: more than ours has, so that it lacks none. */
const pipes = 1_900;

/**
 * HAProxy that passes bytes on in the kernel, and does nothing else: no TLS, no checks, no look at
 * what comes.
 */
export function bareSplice(port: number, upstreamPort: number): string {
  return `
global
    maxconn ${(openFiles - 2 * pipes - 400) / 2}
    maxpipes ${pipes}
    nbthread ${availableParallelism()}
defaults
    mode tcp
    option splice-request
    option splice-response
    timeout connect 5s
    timeout client 10m
    timeout server 10m
listen media
    bind 127.0.0.1:${port}
    server media 127.0.0.1:${upstreamPort}
`;
}
