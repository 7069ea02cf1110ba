// The few numbers that steer the iterations, from sums over a level. What is kept for later is named in the constants.

fn total(thread: u32) -> vec4<Real> {
    var sums = vec4<Real>();
    for (var part = thread; part < groups_of(slab.cells); part += line) {
        sums += partials[part];
    }
    return summed(thread, sums);
}

// First step of the inner iteration: what it leaves of the right-hand side.
@compute @workgroup_size(line)
fn inner_first(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        var step = Real(0.0);
        if sums.x > 0.0 {
            step = sums.z / sums.x;
        }
        scalars[OF_KNOWN] = -step;
        scalars[OF_RESULT] = 1.0;
        scalars[ENERGY] = sums.x;
        scalars[LENGTH] = step;
    }
}

// Second step: the solution from both directions. Where the second is the first but for rounding, it is left out.
@compute @workgroup_size(line)
fn inner_second(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        let energy = scalars[ENERGY];
        scalars[OF_KNOWN] = 1.0;
        scalars[OF_RESULT] = 0.0;
        if energy > 0.0 {
            let shared_part = sums.y / energy;
            let remaining = sums.x - shared_part * sums.y;
            var second = Real(0.0);
            if remaining > 1e-6 * sums.x {
                second = sums.z / remaining;
            }
            scalars[OF_KNOWN] = scalars[LENGTH] - second * shared_part;
            scalars[OF_RESULT] = second;
        }
    }
}

// The next direction of the outer iteration.
@compute @workgroup_size(line)
fn turn(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        scalars[OF_KNOWN] = 1.0;
        scalars[OF_RESULT] = 0.0;
        if scalars[ENERGY] > 0.0 {
            scalars[OF_RESULT] = -sums.x / scalars[ENERGY];
        }
    }
}

// The step along it; none once the residual is small enough.
@compute @workgroup_size(line)
fn step_length(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        scalars[ENERGY] = sums.x;
        scalars[LENGTH] = 0.0;
        if sums.x > 0.0 && scalars[SQUARE] > scalars[TARGET] {
            scalars[LENGTH] = sums.z / sums.x;
            scalars[ITERATIONS] += 1.0;
        }
    }
}

// The square of the residual.
@compute @workgroup_size(line)
fn square(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        scalars[SQUARE] = sums.x;
    }
}

// Takes the part along a direction, which has the length 1, from a vector.
@compute @workgroup_size(line)
fn project(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        scalars[OF_KNOWN] = -sums.x;
        scalars[OF_RESULT] = 1.0;
        scalars[LENGTH] = sums.x;
    }
}

// Gives a vector the length 1.
@compute @workgroup_size(line)
fn normalise(@builtin(local_invocation_index) thread: u32) {
    let sums = total(thread);
    if thread == 0u {
        scalars[OF_KNOWN] = 0.0;
        scalars[OF_RESULT] = 0.0;
        if sums.x > 0.0 {
            scalars[OF_RESULT] = inverseSqrt(sums.x);
        }
        scalars[SQUARE] = sums.x;
    }
}
