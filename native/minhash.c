/* The index of textsynth/minhash, compiled: same texts in, same answers out.
 *
 * textsynth/minhash/__init__.py says what is computed, step by step; the numbers below are its steps. Built
 * against the stable ABI of Python 3.11, so that one build serves all later versions.
 *
 * A band is a table with open addressing: key, first and last row of a chain. The chains run through
 * `next`, B entries a row, in the order of arrival. A row's set stands in `hashes` from its offset on.
 */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PERMUTATIONS 128
#define PRIME 0x9E3779B97F4A7C55ULL
#define NONE UINT32_MAX

/* Where the compiler can, built twice: eight permutations at a time where the processor has AVX2. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define FAST __attribute__((target_clones("avx2", "default")))
#else
#define FAST
#endif

#if defined(__GNUC__) || defined(__clang__)
#define SOON(address) __builtin_prefetch(address)
#else
#define SOON(address) ((void)(address))
#endif

enum { AUTO, WORD_3, CHAR_3, CHAR_5, SINGLE };

typedef struct {
    uint64_t key;
    uint32_t first, last; /* first == NONE: the slot is free */
} Slot;

typedef struct {
    Slot *slots;
    size_t mask, used;
} Band;

typedef struct {
    void *data;
    size_t room; /* bytes */
} Buffer;

typedef struct {
    PyObject_HEAD
    double threshold;
    int bands, rows, shingle;
    Py_ssize_t matched;
    uint32_t a[PERMUTATIONS], b[PERMUTATIONS];
    uint64_t c[PERMUTATIONS];
    Band *tables;
    uint32_t count;
    Buffer hashes, offsets, next, stamps;
    uint32_t stamp;
    Buffer codes, units, set, spare; /* scratch */
} Index;

/* --- memory -------------------------------------------------------------------------------- */

static int reserve(Buffer *buffer, size_t bytes)
{
    if (bytes <= buffer->room)
        return 1;
    size_t room = buffer->room + buffer->room / 2;
    if (room < bytes)
        room = bytes;
    if (room < 1024)
        room = 1024;
    void *data = realloc(buffer->data, room);
    if (data == NULL) {
        PyErr_NoMemory();
        return 0;
    }
    buffer->data = data;
    buffer->room = room;
    return 1;
}

/* --- steps 1 to 4: from a text to its set of shingle hashes ----------------------------------- */

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

static uint64_t stream(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15ULL;
    return mix(*state);
}

static int is_gap(uint32_t c)
{
    if (c < 0x80)
        return c == 32 || (c >= 9 && c <= 13)
            || (c != 0 && strchr("!\"#'()*,.:;?[]_`{|}~", (int)c) != NULL);
    if (c < 0x2000)
        return c == 0xA1 || c == 0xAB || c == 0xB7 || c == 0xBB || c == 0xBF;
    if (c < 0x2060)
        return (c >= 0x2010 && c <= 0x2027) || (c >= 0x2030 && c <= 0x205E);
    if (c < 0x3100)
        return (c >= 0x3001 && c <= 0x3003) || (c >= 0x3008 && c <= 0x301F) || c == 0x30FB;
    if (c < 0xFF00 || c > 0xFF65)
        return 0;
    return (c >= 0xFF01 && c <= 0xFF0C) || c == 0xFF0E || c == 0xFF0F || c == 0xFF1A
        || c == 0xFF1B || c == 0xFF1F || (c >= 0xFF3B && c <= 0xFF40) || c >= 0xFF5B;
}

static int is_dense(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0x0E00, 0x0EFF}, {0x1000, 0x11FF}, {0x1780, 0x17FF}, {0x2E80, 0xA4CF}, {0xA960, 0xA97F},
        {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFF66, 0xFF9F}, {0x20000, 0x323AF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return 1;
    return 0;
}

/* The code points of UTF-8 in which halves of surrogate pairs may stand; how many. */
static size_t decode(const unsigned char *text, size_t size, uint32_t *codes)
{
    size_t n = 0;
    for (size_t i = 0; i < size;) {
        unsigned char lead = text[i];
        size_t more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        uint32_t code = more == 0 ? lead : lead & (0x3F >> more);
        if (i + more >= size)
            more = size - i - 1;
        for (size_t j = 1; j <= more; j++)
            code = code << 6 | (text[i + j] & 0x3F);
        codes[n++] = code;
        i += more + 1;
    }
    return n;
}

static size_t utf8_length(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static uint64_t hash_code(uint64_t sum, uint32_t code)
{
    if (code < 0x80)
        return sum * PRIME + code;
    if (code < 0x800)
        return (sum * PRIME + (0xC0 | code >> 6)) * PRIME + (0x80 | (code & 0x3F));
    if (code < 0x10000)
        sum = sum * PRIME + (0xE0 | code >> 12);
    else {
        sum = sum * PRIME + (0xF0 | code >> 18);
        sum = sum * PRIME + (0x80 | (code >> 12 & 0x3F));
    }
    sum = sum * PRIME + (0x80 | (code >> 6 & 0x3F));
    return sum * PRIME + (0x80 | (code & 0x3F));
}

/* Pieces between gaps, each hashed. */
static size_t word_units(const uint32_t *codes, size_t n, uint64_t *units)
{
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        while (i < n && is_gap(codes[i]))
            i++;
        if (i == n)
            break;
        uint64_t sum = 0, size = 0;
        for (; i < n && !is_gap(codes[i]); i++) {
            sum = hash_code(sum, codes[i]);
            size += utf8_length(codes[i]);
        }
        units[count++] = mix(sum + size);
    }
    return count;
}

/* Code points, single spaces between pieces, a run of ASCII digits as one unit. */
static size_t char_units(const uint32_t *codes, size_t n, uint64_t *units)
{
    size_t count = 0;
    int gap = 0;
    for (size_t i = 0; i < n;) {
        if (is_gap(codes[i])) {
            gap = 1;
            i++;
            continue;
        }
        if (gap && count)
            units[count++] = 32;
        gap = 0;
        if (codes[i] >= '0' && codes[i] <= '9') {
            uint64_t sum = 0, size = 0;
            for (; i < n && codes[i] >= '0' && codes[i] <= '9'; i++, size++)
                sum = sum * PRIME + codes[i];
            units[count++] = mix(sum + size);
        } else
            units[count++] = codes[i++];
    }
    return count;
}

static int looks_dense(const uint32_t *codes, size_t n)
{
    size_t dense = 0, all = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_gap(codes[i])) {
            all++;
            dense += is_dense(codes[i]);
        }
    return dense > 0 && 3 * dense >= all;
}

/* By the lower and the upper half: few passes, and time in proportion to n also where all is equal. */
static void sort(uint32_t *values, uint32_t *spare, size_t n)
{
    if (n < 48) {
        for (size_t i = 1; i < n; i++) {
            uint32_t value = values[i];
            size_t j = i;
            for (; j > 0 && values[j - 1] > value; j--)
                values[j] = values[j - 1];
            values[j] = value;
        }
        return;
    }
    for (int shift = 0; shift < 32; shift += 8) {
        size_t places[257] = {0};
        for (size_t i = 0; i < n; i++)
            places[(values[i] >> shift & 0xFF) + 1]++;
        for (int i = 0; i < 256; i++)
            places[i + 1] += places[i];
        for (size_t i = 0; i < n; i++)
            spare[places[values[i] >> shift & 0xFF]++] = values[i];
        uint32_t *swap = values;
        values = spare;
        spare = swap;
    }
}

/* The sorted distinct shingle hashes, into self->set; how many, 0 for a text shorter than one
 * shingle, -1 with an exception set. */
static Py_ssize_t shingled(Index *self, const unsigned char *text, size_t size)
{
    if (!reserve(&self->codes, size * sizeof(uint32_t) + 4)
        || !reserve(&self->units, 2 * size * sizeof(uint64_t) + 8))
        return -1;
    uint32_t *codes = self->codes.data;
    uint64_t *units = self->units.data;
    size_t n = decode(text, size, codes);
    int mode = self->shingle, automatic = mode == AUTO || mode == SINGLE;
    int by_words = mode == WORD_3 || (automatic && (n == size || !looks_dense(codes, n)));
    size_t width = by_words ? (mode == SINGLE ? 1 : 3) : mode == CHAR_5 ? 5 : mode == SINGLE ? 2 : 3;
    size_t count = by_words ? word_units(codes, n, units) : char_units(codes, n, units);
    if (count < width)
        return 0;
    count -= width - 1;
    if (!reserve(&self->set, count * sizeof(uint32_t))
        || !reserve(&self->spare, count * sizeof(uint32_t)))
        return -1;
    uint32_t *set = self->set.data;
    for (size_t i = 0; i < count; i++) {
        uint64_t sum = units[i];
        for (size_t j = 1; j < width; j++)
            sum = sum * PRIME + units[i + j];
        set[i] = (uint32_t)(mix(sum) >> 32);
    }
    sort(set, self->spare.data, count);
    size_t distinct = 1;
    for (size_t i = 1; i < count; i++)
        if (set[i] != set[i - 1])
            set[distinct++] = set[i];
    return (Py_ssize_t)distinct;
}

/* --- steps 5 and 6: signature and keys of the bands -------------------------------------------- */

FAST static void band_keys(const Index *self, const uint32_t *set, size_t n, uint64_t *keys)
{
    uint32_t signature[PERMUTATIONS];
    memset(signature, 0xFF, sizeof signature);
    for (size_t i = 0; i < n; i++) {
        uint32_t h = set[i];
        for (int p = 0; p < PERMUTATIONS; p++) {
            uint32_t value = (h ^ self->b[p]) * self->a[p];
            signature[p] = value < signature[p] ? value : signature[p];
        }
    }
    for (int j = 0; j < self->bands; j++) {
        uint64_t sum = 0;
        for (int r = 0; r < self->rows; r++)
            sum += signature[j * self->rows + r] * self->c[r];
        keys[j] = mix(sum) >> 4;
    }
}

/* --- step 7: candidates, checked exactly -------------------------------------------------------- */

static double jaccard(const uint32_t *one, size_t n, const uint32_t *two, size_t m, double threshold)
{
    double few = n < m ? (double)n : (double)m, many = n < m ? (double)m : (double)n;
    if (few / many < threshold)
        return 0.0;
    size_t i = 0, j = 0, shared = 0;
    while (i < n && j < m) {
        uint32_t x = one[i], y = two[j];
        shared += x == y;
        i += x <= y;
        j += y <= x;
    }
    return (double)shared / (double)(n + m - shared);
}

static Slot *slot_of(const Band *band, uint64_t key)
{
    size_t at = (size_t)mix(key) & band->mask;
    while (band->slots[at].first != NONE && band->slots[at].key != key)
        at = (at + 1) & band->mask;
    return &band->slots[at];
}

static int search(Index *self, const uint64_t *keys, const uint32_t *set, size_t n, double *score)
{
    const uint64_t *offsets = self->offsets.data;
    const uint32_t *hashes = self->hashes.data, *next = self->next.data;
    uint32_t *stamps = self->stamps.data;
    if (++self->stamp == 0) {
        memset(stamps, 0, (size_t)self->count * sizeof(uint32_t));
        self->stamp = 1;
    }
    /* Each band's slot is a place of its own in memory: asked for all at once, they wait once. */
    for (int j = 0; j < self->bands; j++)
        if (self->tables[j].slots != NULL)
            SOON(&self->tables[j].slots[(size_t)mix(keys[j]) & self->tables[j].mask]);
    for (int j = 0; j < self->bands; j++) {
        if (self->tables[j].slots == NULL)
            continue;
        for (uint32_t row = slot_of(&self->tables[j], keys[j])->first; row != NONE;
             row = next[(size_t)row * self->bands + j]) {
            if (stamps[row] == self->stamp)
                continue;
            stamps[row] = self->stamp;
            *score = jaccard(hashes + offsets[row], offsets[row + 1] - offsets[row], set, n,
                             self->threshold);
            if (*score >= self->threshold) {
                self->matched = row;
                return 1;
            }
        }
    }
    return 0;
}

/* --- step 8: every text enters the index -------------------------------------------------------- */

static int grow(Band *band)
{
    size_t size = band->slots == NULL ? 64 : 2 * (band->mask + 1);
    Slot *slots = malloc(size * sizeof(Slot));
    if (slots == NULL) {
        PyErr_NoMemory();
        return 0;
    }
    for (size_t i = 0; i < size; i++)
        slots[i].first = NONE;
    Band larger = {slots, size - 1, band->used};
    if (band->slots != NULL)
        for (size_t i = 0; i <= band->mask; i++)
            if (band->slots[i].first != NONE)
                *slot_of(&larger, band->slots[i].key) = band->slots[i];
    free(band->slots);
    *band = larger;
    return 1;
}

/* Room for `more` rows of `units` hashes in all; 0 with an exception set. */
static int room(Index *self, size_t more, size_t units)
{
    size_t row = self->count, bands = (size_t)self->bands;
    if (more >= NONE - 1 - row) {
        PyErr_SetString(PyExc_OverflowError, "an index holds at most 4,294,967,294 texts");
        return 0;
    }
    if (!reserve(&self->offsets, (row + more + 1) * sizeof(uint64_t)))
        return 0;
    uint64_t *offsets = self->offsets.data;
    if (row == 0)
        offsets[0] = 0;
    return reserve(&self->hashes, (size_t)(offsets[row] + units) * sizeof(uint32_t))
        && reserve(&self->next, (row + more) * bands * sizeof(uint32_t))
        && reserve(&self->stamps, (row + more) * sizeof(uint32_t));
}

static int link_row(Index *self, int j, uint64_t key, uint32_t row)
{
    Band *band = &self->tables[j];
    uint32_t *next = self->next.data;
    size_t bands = (size_t)self->bands;
    if ((band->slots == NULL || 4 * (band->used + 1) > 3 * (band->mask + 1)) && !grow(band))
        return 0;
    Slot *slot = slot_of(band, key);
    next[row * bands + (size_t)j] = NONE;
    if (slot->first == NONE) {
        slot->key = key;
        slot->first = row;
        band->used++;
    } else
        next[(size_t)slot->last * bands + (size_t)j] = row;
    slot->last = row;
    return 1;
}

static int enter(Index *self, const uint64_t *keys, const uint32_t *set, size_t n)
{
    size_t row = self->count;
    if (!room(self, 1, n))
        return 0;
    uint64_t *offsets = self->offsets.data;
    memcpy((uint32_t *)self->hashes.data + offsets[row], set, n * sizeof(uint32_t));
    offsets[row + 1] = offsets[row] + n;
    ((uint32_t *)self->stamps.data)[row] = 0;
    /* All tables first: where memory runs out, no band has a row that others lack. */
    for (int j = 0; j < self->bands; j++) {
        Band *band = &self->tables[j];
        if ((band->slots == NULL || 4 * (band->used + 1) > 3 * (band->mask + 1)) && !grow(band))
            return 0;
    }
    for (int j = 0; j < self->bands; j++)
        if (!link_row(self, j, keys[j], (uint32_t)row))
            return 0;
    self->count++;
    return 1;
}

/* --- the Python side ----------------------------------------------------------------------------- */

static void index_dealloc(PyObject *object)
{
    Index *self = (Index *)object;
    if (self->tables != NULL)
        for (int j = 0; j < self->bands; j++)
            free(self->tables[j].slots);
    free(self->tables);
    Buffer *buffers[] = {&self->hashes, &self->offsets, &self->next, &self->stamps,
                         &self->codes, &self->units, &self->set, &self->spare};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        free(buffers[i]->data);
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static int index_init(PyObject *object, PyObject *args, PyObject *kwargs)
{
    Index *self = (Index *)object;
    double threshold;
    int bands, rows, shingle;
    if (!PyArg_ParseTuple(args, "diii", &threshold, &bands, &rows, &shingle))
        return -1;
    if (self->tables != NULL || bands < 1 || rows < 1 || bands * rows > PERMUTATIONS
        || shingle < AUTO || shingle > SINGLE) {
        PyErr_SetString(PyExc_ValueError, "bands, rows or shingle out of range");
        return -1;
    }
    self->threshold = threshold;
    self->bands = bands;
    self->rows = rows;
    self->shingle = shingle;
    self->matched = -1;
    self->tables = calloc((size_t)bands, sizeof(Band));
    if (self->tables == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    uint64_t state = 1;
    for (int i = 0; i < PERMUTATIONS; i++) {
        uint64_t s = stream(&state);
        self->a[i] = (uint32_t)(s >> 32) | 1;
        self->b[i] = (uint32_t)s;
    }
    state = 2;
    for (int i = 0; i < PERMUTATIONS; i++)
        self->c[i] = stream(&state) | 1;
    return 0;
}

/* Whether the index was set up; an exception if not. */
static int ready(const Index *self)
{
    if (self->tables != NULL)
        return 1;
    PyErr_SetString(PyExc_ValueError, "the index was not initialised");
    return 0;
}

static PyObject *asked(Index *self, PyObject *args, int entering)
{
    const char *text;
    Py_ssize_t size;
    unsigned long long group = 0;
    if (!PyArg_ParseTuple(args, "y#|K", &text, &size, &group) || !ready(self))
        return NULL;
    Py_ssize_t n = shingled(self, (const unsigned char *)text, (size_t)size);
    if (n < 0)
        return NULL;
    if (n == 0)
        Py_RETURN_FALSE;
    uint64_t keys[PERMUTATIONS];
    const uint32_t *set = self->set.data;
    band_keys(self, set, (size_t)n, keys);
    for (int j = 0; j < self->bands; j++)
        keys[j] ^= group;
    double score = 0.0;
    int found = search(self, keys, set, (size_t)n, &score);
    if (entering && !(found && score == 1.0) && !enter(self, keys, set, (size_t)n))
        return NULL;
    if (!found)
        Py_RETURN_NONE;
    return PyFloat_FromDouble(score);
}

/* add(utf8, group): similarity of the earlier text that decides, None for none, False for a text
 * shorter than a shingle, which is not entered. */
static PyObject *index_add(PyObject *object, PyObject *args)
{
    return asked((Index *)object, args, 1);
}

/* find(utf8, group): as add, but nothing is entered. */
static PyObject *index_find(PyObject *object, PyObject *args)
{
    return asked((Index *)object, args, 0);
}

/* sets(start, stop): (how many hashes each has, all the hashes), as bytes of native uint32. */
static PyObject *index_sets(PyObject *object, PyObject *args)
{
    Index *self = (Index *)object;
    unsigned int start, stop;
    if (!PyArg_ParseTuple(args, "II", &start, &stop) || !ready(self))
        return NULL;
    if (stop > self->count)
        stop = self->count;
    if (start >= stop)
        return Py_BuildValue("(y#y#)", "", (Py_ssize_t)0, "", (Py_ssize_t)0);
    const uint64_t *offsets = self->offsets.data;
    PyObject *sizes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(stop - start) * 4);
    if (sizes == NULL)
        return NULL;
    char *out = PyBytes_AsString(sizes);
    for (unsigned int row = start; row < stop; row++) {
        uint32_t n = (uint32_t)(offsets[row + 1] - offsets[row]);
        memcpy(out + (size_t)(row - start) * 4, &n, 4);
    }
    PyObject *hashes = PyBytes_FromStringAndSize(
        (const char *)((const uint32_t *)self->hashes.data + offsets[start]),
        (Py_ssize_t)(offsets[stop] - offsets[start]) * 4);
    if (hashes == NULL) {
        Py_DECREF(sizes);
        return NULL;
    }
    return Py_BuildValue("(NN)", sizes, hashes);
}

/* band(j): the key of every row in one band, as bytes of native uint64. */
static PyObject *index_band(PyObject *object, PyObject *args)
{
    Index *self = (Index *)object;
    int j;
    if (!PyArg_ParseTuple(args, "i", &j) || !ready(self))
        return NULL;
    if (j < 0 || j >= self->bands) {
        PyErr_SetString(PyExc_IndexError, "there is no such band");
        return NULL;
    }
    PyObject *made = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)self->count * 8);
    if (made == NULL)
        return NULL;
    char *out = PyBytes_AsString(made);
    const uint32_t *next = self->next.data;
    const Band *band = &self->tables[j];
    for (size_t i = 0; band->slots != NULL && i <= band->mask; i++)
        for (uint32_t row = band->slots[i].first; row != NONE;
             row = next[(size_t)row * (size_t)self->bands + (size_t)j])
            memcpy(out + (size_t)row * 8, &band->slots[i].key, 8);
    return made;
}

/* take_rows(sizes, hashes): appends sets as `sets` gave them. Each band must follow. */
static PyObject *index_take_rows(PyObject *object, PyObject *args)
{
    Index *self = (Index *)object;
    const char *sizes, *hashes;
    Py_ssize_t sized, hashed;
    if (!PyArg_ParseTuple(args, "y#y#", &sizes, &sized, &hashes, &hashed) || !ready(self))
        return NULL;
    size_t more = (size_t)sized / 4;
    uint64_t units = 0;
    for (size_t i = 0; i < more; i++) {
        uint32_t n;
        memcpy(&n, sizes + 4 * i, 4);
        units += n;
    }
    if (sized % 4 || (uint64_t)hashed != units * 4) {
        PyErr_SetString(PyExc_ValueError, "sizes and hashes do not fit together");
        return NULL;
    }
    if (!room(self, more, (size_t)units))
        return NULL;
    uint64_t *offsets = self->offsets.data;
    uint32_t *next = self->next.data, *stamps = self->stamps.data;
    size_t bands = (size_t)self->bands;
    memcpy((uint32_t *)self->hashes.data + offsets[self->count], hashes, (size_t)hashed);
    for (size_t i = 0; i < more; i++) {
        uint32_t n;
        memcpy(&n, sizes + 4 * i, 4);
        size_t row = self->count++;
        offsets[row + 1] = offsets[row] + n;
        stamps[row] = 0;
        for (size_t j = 0; j < bands; j++)
            next[row * bands + j] = NONE;
    }
    Py_RETURN_NONE;
}

/* take_band(j, first, keys): the keys of one band for the rows from `first` on. */
static PyObject *index_take_band(PyObject *object, PyObject *args)
{
    Index *self = (Index *)object;
    int j;
    unsigned int first;
    const char *keys;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "iIy#", &j, &first, &keys, &size) || !ready(self))
        return NULL;
    if (j < 0 || j >= self->bands || size % 8 || first > self->count
        || (uint64_t)size / 8 != (uint64_t)self->count - first) {
        PyErr_SetString(PyExc_ValueError, "the keys do not fit the rows");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size / 8; i++) {
        uint64_t key;
        memcpy(&key, keys + 8 * i, 8);
        if (!link_row(self, j, key, first + (uint32_t)i))
            return NULL;
    }
    Py_RETURN_NONE;
}

/* shingles(utf8): the sorted distinct shingle hashes as bytes of native uint32. */
static PyObject *index_shingles(PyObject *object, PyObject *args)
{
    Index *self = (Index *)object;
    const char *text;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &text, &size))
        return NULL;
    Py_ssize_t n = shingled(self, (const unsigned char *)text, (size_t)size);
    if (n < 0)
        return NULL;
    return PyBytes_FromStringAndSize(self->set.data, n * (Py_ssize_t)sizeof(uint32_t));
}

/* keys(utf8): the keys of its bands, a list of whole numbers; empty for a text without shingles. */
static PyObject *index_keys(PyObject *object, PyObject *args)
{
    Index *self = (Index *)object;
    const char *text;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &text, &size))
        return NULL;
    Py_ssize_t n = shingled(self, (const unsigned char *)text, (size_t)size);
    PyObject *found = n < 0 ? NULL : PyList_New(0);
    if (found == NULL || n == 0)
        return found;
    uint64_t keys[PERMUTATIONS];
    band_keys(self, self->set.data, (size_t)n, keys);
    for (int j = 0; j < self->bands; j++) {
        PyObject *key = PyLong_FromUnsignedLongLong(keys[j]);
        if (key == NULL || PyList_Append(found, key) < 0) {
            Py_XDECREF(key);
            Py_DECREF(found);
            return NULL;
        }
        Py_DECREF(key);
    }
    return found;
}

static PyObject *index_matched(PyObject *object, void *closure)
{
    return PyLong_FromSsize_t(((Index *)object)->matched);
}

static PyObject *index_bytes(PyObject *object, void *closure)
{
    Index *self = (Index *)object;
    size_t bytes = self->hashes.room + self->offsets.room + self->next.room + self->stamps.room;
    for (int j = 0; j < self->bands; j++)
        if (self->tables[j].slots != NULL)
            bytes += (self->tables[j].mask + 1) * sizeof(Slot);
    return PyLong_FromSize_t(bytes);
}

static Py_ssize_t index_length(PyObject *object)
{
    return ((Index *)object)->count;
}

static PyMethodDef methods[] = {
    {"add", index_add, METH_VARARGS, "Asks for a text and enters it."},
    {"find", index_find, METH_VARARGS, "Asks for a text."},
    {"sets", index_sets, METH_VARARGS, "The sets of some rows."},
    {"band", index_band, METH_VARARGS, "The keys of all rows in one band."},
    {"take_rows", index_take_rows, METH_VARARGS, "Appends sets."},
    {"take_band", index_take_band, METH_VARARGS, "Links appended rows into a band."},
    {"keys", index_keys, METH_VARARGS, "The keys of a text's bands."},
    {"shingles", index_shingles, METH_VARARGS, "The set of a text."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef attributes[] = {
    {"matched", index_matched, NULL, "Which row decided the last time.", NULL},
    {"bytes", index_bytes, NULL, "Memory that the index holds.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_init, index_init},
    {Py_tp_dealloc, index_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {Py_sq_length, index_length},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "textsynth._minhash.Index",
    .basicsize = sizeof(Index),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

static int executed(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&spec);
    if (type == NULL)
        return -1;
    int failed = PyModule_AddObjectRef(module, "Index", type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, executed}, {0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_minhash",
    .m_doc = "The index behind near_duplicates, compiled.",
    .m_size = 0,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__minhash(void)
{
    return PyModuleDef_Init(&definition);
}
