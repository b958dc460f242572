/* symmetry.h - models whose components are interchangeable: renaming the components of a reachable
 * state gives a reachable state, with the renamed successors. One state of each such class, the
 * canonical one, then stands for all of them.
 *
 * A model file with such components has two functions: permute_X renames, canonical_X puts a
 * state's canonical form in its place (ctx is the model's model_size, as for the callbacks of
 * cr_xmodel). With option MODEL_QUOTIENT the model itself emits canonical successors only, which
 * makes it the quotient of the plain one. All its initial states are canonical.
 */
#ifndef CLUSRACE_TESTS_EXPLORE_SYMMETRY_H
#define CLUSRACE_TESTS_EXPLORE_SYMMETRY_H

#include "models.h"

/* The option of these models. */
enum { MODEL_PLAIN, MODEL_QUOTIENT };

/* Writes to out the state in which component i is called to[i]; to is a permutation of 0..n-1 and
 * out is not state. */
typedef void model_permute(const model_size *size, const uint8_t *to, const void *state, void *out);

/* Puts the first permutation of n components; then each call the next one in lexicographic order,
 * false (and nothing changes) after the last. */
void model_first_permutation(uint32_t n, uint8_t *to);
bool model_next_permutation(uint32_t n, uint8_t *to);

/* A canonical form for any model: the least, byte by byte, of all the n! renamed states. */
void model_least_image(const model_size *size, model_permute *permute, size_t state_bytes,
                       void *state);

model_permute permute_n_peterson, permute_2_peterson, permute_two_phase;
model_permute permute_mcslock1, permute_mcslock2;

void canonical_n_peterson(void *ctx, void *state);
void canonical_2_peterson(void *ctx, void *state);
void canonical_two_phase(void *ctx, void *state);
void canonical_mcslock1(void *ctx, void *state);
void canonical_mcslock2(void *ctx, void *state);

#endif
