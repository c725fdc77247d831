import java.io.FileInputStream;
import java.net.URI;
import java.net.http.*;
import java.security.*;
import java.security.cert.CertificateFactory;
import java.util.*;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.*;

// Java: its own client over HTTP/2 and HTTP/1.1, files, an upload, and many at once.
public class Client {
    public static void main(String[] arguments) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("lab", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(System.getenv("CA"))));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        for (var version : HttpClient.Version.values()) {
            var client = HttpClient.newBuilder().sslContext(context).version(version).build();
            var file = client.send(ask("/bytes/1500000").build(), HttpResponse.BodyHandlers.ofByteArray());
            System.out.println(file.version() + " " + file.statusCode() + " " + sum(file.body()));
            var sent = client.send(ask("/upload").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[700000])).build(), HttpResponse.BodyHandlers.ofString());
            System.out.print(sent.body());
            var all = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
            for (int i = 0; i < 20; i++) all.add(client.sendAsync(ask("/bytes/" + (9000 + i)).build(), HttpResponse.BodyHandlers.ofByteArray()));
            var sums = new StringBuilder();
            for (var one : all) sums.append(sum(one.get().body()));
            System.out.println("many " + sum(sums.toString().getBytes()));
        }
    }

    static HttpRequest.Builder ask(String path) { return HttpRequest.newBuilder(URI.create("https://app.tools.example" + path)); }

    static String sum(byte[] bytes) throws Exception { return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)); }
}
