import { InterceptingCall, Metadata, status, type Interceptor } from '@grpc/grpc-js';

/** As gRPC's details of a call, by which it is told apart from one that Temporal ended. */
export const closedDetails = 'the client is closed';

/**
 * The calls of a connection, each attempt of one by itself. A call that is to be tried again when its channel is closed
 * throws out of a timer of the SDK (1.24.0, "Channel has been shut down") and never settles: here it ends, as the ones that
 * are under way do.
 */
export class OpenCalls {
  #isClosed = false;
  readonly #open = new Set<InterceptingCall>();

  /** To be the last of a connection: behind the one that tries again. */
  readonly interceptor: Interceptor = (options, nextCall) => {
    if (this.#isClosed) return endedCall();
    const call: InterceptingCall = new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) => {
        this.#open.add(call);
        next(metadata, {
          onReceiveStatus: (told, pass) => {
            this.#open.delete(call);
            pass(told);
          },
        });
      },
    });
    return call;
  };

  /** Ends all of them, and each that comes later. */
  close(): void {
    this.#isClosed = true;
    for (const call of this.#open) call.cancelWithStatus(status.CANCELLED, closedDetails);
  }
}

/** Reaches no channel. */
const endedCall = (): InterceptingCall =>
  new InterceptingCall({} as ConstructorParameters<typeof InterceptingCall>[0], {
    start: (_metadata, listener) => {
      // What waits for a call wants a message before the status.
      listener.onReceiveMessage(null);
      listener.onReceiveStatus({ code: status.CANCELLED, details: closedDetails, metadata: new Metadata() });
    },
    sendMessage: () => undefined,
    halfClose: () => undefined,
    cancel: () => undefined,
  });
