/**
 * A pure computation whose length others decide (a tenant's pods, images and keys): it yields after
 * each step, so that whoever runs it can hear an interruption in between. It returns the result.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;
