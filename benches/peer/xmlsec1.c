/* What libxmlsec1 needs for the messages of the bench, in its own language and under its own clock.
 *
 *     xmlsec1 ISSUER_CERTIFICATE PRIVATE_KEY MESSAGE...
 *
 * Keys and messages are loaded once. Each line "M N" of the input judges message M (from 0) N times and answers with
 * one line: nanoseconds of processor time of this thread for each. A message that does not verify ends the program.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/parser.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

static const xmlChar *IDS[] = { BAD_CAST "AssertionID", NULL };

struct message {
    char *bytes;
    int length;
};

static void fail(const char *why)
{
    fprintf(stderr, "xmlsec1 peer: %s\n", why);
    exit(1);
}

static struct message load(const char *path)
{
    struct message message = { malloc(1 << 20), 0 };
    FILE *file = fopen(path, "rb");
    if (message.bytes == NULL || file == NULL)
        fail(path);
    message.length = (int)fread(message.bytes, 1, 1 << 20, file);
    fclose(file);
    return message;
}

/* Replaces the encrypted token, if there is one, with what is inside. */
static void decrypt(xmlDocPtr document, xmlSecKeysMngrPtr keys)
{
    xmlNodePtr data = xmlSecFindNode(xmlDocGetRootElement(document), xmlSecNodeEncryptedData, xmlSecEncNs);
    if (data == NULL)
        return;
    xmlSecEncCtxPtr context = xmlSecEncCtxCreate(keys);
    if (context == NULL || xmlSecEncCtxDecrypt(context, data) < 0)
        fail("a message that does not open");
    xmlSecEncCtxDestroy(context);
}

static void judge(const struct message *message, xmlSecKeyPtr issuer, xmlSecKeysMngrPtr keys)
{
    xmlDocPtr document = xmlReadMemory(message->bytes, message->length, NULL, NULL, XML_PARSE_NONET);
    if (document == NULL)
        fail("a message that is no XML");
    decrypt(document, keys);
    xmlNodePtr root = xmlDocGetRootElement(document);
    xmlSecAddIDs(document, root, IDS);
    xmlNodePtr signature = xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs);
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    if (signature == NULL || context == NULL)
        fail("a message without a signature");
    context->signKey = xmlSecKeyDuplicate(issuer);
    if (xmlSecDSigCtxVerify(context, signature) < 0 || context->status != xmlSecDSigStatusSucceeded)
        fail("a message that does not verify");
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
}

static double thread_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("ISSUER_CERTIFICATE PRIVATE_KEY MESSAGE...");
    xmlInitParser();
    if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0)
        fail("the library does not start");
    xmlSecKeyPtr issuer = xmlSecCryptoAppKeyLoad(argv[1], xmlSecKeyDataFormatCertPem, NULL, NULL, NULL);
    xmlSecKeyPtr own = xmlSecCryptoAppKeyLoad(argv[2], xmlSecKeyDataFormatPem, NULL, NULL, NULL);
    xmlSecKeysMngrPtr keys = xmlSecKeysMngrCreate();
    if (issuer == NULL || own == NULL || keys == NULL || xmlSecCryptoAppDefaultKeysMngrInit(keys) < 0 ||
        xmlSecCryptoAppDefaultKeysMngrAdoptKey(keys, own) < 0)
        fail("the keys cannot be loaded");

    int count = argc - 3;
    struct message *messages = calloc((size_t)count, sizeof *messages);
    if (messages == NULL)
        fail("no memory");
    for (int i = 0; i < count; i++)
        messages[i] = load(argv[i + 3]);

    int which, times;
    while (scanf("%d %d", &which, &times) == 2) {
        if (which < 0 || which >= count || times < 1)
            fail("no such message");
        double before = thread_time();
        for (int i = 0; i < times; i++)
            judge(&messages[which], issuer, keys);
        printf("%.1f\n", (thread_time() - before) / times);
        fflush(stdout);
    }
    return 0;
}
