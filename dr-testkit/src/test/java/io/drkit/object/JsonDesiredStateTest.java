package io.drkit.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import org.junit.jupiter.api.Test;

/** Desired state of what is stored in JSON: custom resources, definitions, and built-in kinds where kube-apiserver is told so. */
class JsonDesiredStateTest {

    private static final String WIDGET =
            "{'apiVersion':'example.io/v1','kind':'Widget','metadata':{'name':'w','uid':'u'%s}%s}";

    private final DesiredState desired = DesiredState.KUBERNETES;

    @Test
    void the_status_of_a_custom_resource_is_no_difference_but_is_copied() {
        Bytes primary = json(WIDGET.formatted("", ",'spec':{'size':1},'status':{'ready':true}"));
        Bytes standby = json(WIDGET.formatted("", ",'spec':{'size':1},'status':{'ready':false}"));

        assertThat(desired.isEqual(primary, standby)).isTrue();
        assertThat(desired.isEqual(primary, json(WIDGET.formatted("", ",'spec':{'size':1}"))))
                .isTrue();
        assertThat(desired.toUpdate(primary, standby)).isEqualTo(primary);
        assertThat(desired.toCreate(primary)).isEqualTo(primary);
    }

    @Test
    void everything_else_of_a_custom_resource_is_a_difference() {
        Bytes primary = json(WIDGET.formatted(",'generation':1", ",'spec':{'size':1}"));

        assertThat(desired.isEqual(primary, json(WIDGET.formatted(",'generation':1", ",'spec':{'size':2}"))))
                .isFalse();
        assertThat(desired.isEqual(primary, json(WIDGET.formatted(",'generation':2", ",'spec':{'size':1}"))))
                .isFalse();
        assertThat(desired.isEqual(
                        primary, json(WIDGET.formatted(",'generation':1,'labels':{'a':'b'}", ",'spec':{'size':1}"))))
                .isFalse();
        assertThat(desired.isEqual(primary, json(WIDGET.formatted(",'generation':1", ",'spec':{'size':1},'more':{}"))))
                .isFalse();
    }

    @Test
    void the_order_of_names_does_not_matter_but_the_order_of_a_list_does() {
        Bytes one =
                json("{'apiVersion':'example.io/v1','kind':'Widget','metadata':{'name':'w','uid':'u'},'list':[1,2]}");
        Bytes same = json(
                "{'kind':'Widget','list':[1, 2],'metadata':{'uid':'u','name':'w'},'apiVersion':'example.io/v1'}\n");
        Bytes other =
                json("{'apiVersion':'example.io/v1','kind':'Widget','metadata':{'name':'w','uid':'u'},'list':[2,1]}");

        assertThat(desired.isEqual(one, same)).isTrue();
        assertThat(desired.isEqual(one, other)).isFalse();
    }

    @Test
    void managed_fields_do_not_count_nor_are_numbers_bent() {
        Bytes primary = json(WIDGET.formatted(",'managedFields':[{'manager':'a'}]", ",'n':12345678901234567890123.10"));

        assertThat(desired.isEqual(
                        primary, json(WIDGET.formatted(",'managedFields':[]", ",'n':12345678901234567890123.10"))))
                .isTrue();
        assertThat(desired.isEqual(primary, json(WIDGET.formatted("", ",'n':12345678901234567890123.11"))))
                .isFalse();
    }

    @Test
    void a_foreign_owner_is_left_out_of_json_and_nothing_else_changes() {
        DesiredState others = new KubernetesDesiredState(owner -> owner.kind().equals("Cluster"));
        String cluster = "{'apiVersion':'x.io/v1','kind':'Cluster','name':'c','uid':'c-uid'}";
        String parent = "{'apiVersion':'example.io/v1','kind':'Widget','name':'p','uid':'p-uid'}";
        String rest = ",'n':1.50,'big':123456789012345678901,'text':'a <b> \\u003c'";
        Bytes both = json(WIDGET.formatted(",'ownerReferences':[" + cluster + "," + parent + "]", rest) + "\n");
        Bytes one = json(WIDGET.formatted(",'ownerReferences':[" + parent + "]", rest.replace("\\u003c", "<")) + "\n");
        Bytes only = json(WIDGET.formatted(",'ownerReferences':[" + cluster + "]", rest));
        Bytes none = json(WIDGET.formatted("", rest.replace("\\u003c", "<")));

        assertThat(others.toCreate(both).utf8()).isEqualTo(one.utf8());
        assertThat(others.toCreate(only).utf8()).isEqualTo(none.utf8());
        assertThat(others.isEqual(both, one)).isTrue();
        assertThat(others.isEqual(only, none)).isTrue();
        assertThat(others.isEqual(both, none)).isFalse();
    }

    @Test
    void a_definition_keeps_the_standbys_status() {
        Bytes primary = definition("u", "'spec':{'group':'g'},'status':{'storedVersions':['v2']}");
        Bytes standby = definition("u", "'spec':{'group':'h'},'status':{'storedVersions':['v1']}");

        assertThat(desired.isEqual(primary, standby)).isFalse();
        assertThat(desired.toUpdate(primary, standby))
                .isEqualTo(definition("u", "'spec':{'group':'g'},'status':{'storedVersions':['v1']}"));
        assertThat(desired.toUpdate(primary, definition("v", "'spec':{},'status':{}")))
                .isEqualTo(primary);
    }

    @Test
    void a_built_in_kind_in_json_follows_the_same_rules() {
        Bytes binding = json("{'kind':'RoleBinding','apiVersion':'rbac.authorization.k8s.io/v1','metadata':{'uid':'u'},"
                + "'status':'not one'}");
        Bytes other = json("{'kind':'RoleBinding','apiVersion':'rbac.authorization.k8s.io/v1','metadata':{'uid':'u'},"
                + "'status':'of these'}");
        Bytes primary =
                json("{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'uid':'u'},'spec':1,'status':{'a':1}}");
        Bytes standby =
                json("{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'uid':'u'},'spec':2,'status':{'a':2}}");
        Bytes merged =
                json("{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'uid':'u'},'spec':1,'status':{'a':2}}");

        assertThat(desired.isEqual(binding, other)).isFalse();
        assertThat(desired.toUpdate(primary, standby)).isEqualTo(merged);
    }

    @Test
    void one_notation_against_the_other_is_a_difference() {
        Bytes protobuf = Proto.stored(
                "apps/v1", "Deployment", Proto.message().put(1, Proto.message().put(5, "u")));
        Bytes json = json("{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'uid':'u'}}");

        assertThat(desired.isEqual(protobuf, json)).isFalse();
        assertThat(desired.toUpdate(protobuf, json)).isEqualTo(protobuf);
        assertThat(desired.toUpdate(json, protobuf)).isEqualTo(json);
    }

    @Test
    void json_that_breaks_off_after_its_metadata_counts_byte_for_byte() {
        Bytes broken = json("{'apiVersion':'example.io/v1','kind':'Widget','metadata':{'name':'w'},'spec':{}");
        Bytes whole = json("{'apiVersion':'example.io/v1','kind':'Widget','metadata':{'name':'w'},'spec':{}}");

        assertThat(desired.isEqual(broken, whole)).isFalse();
        assertThat(desired.isEqual(broken, broken)).isTrue();
        assertThat(desired.toUpdate(broken, whole)).isEqualTo(broken);
        assertThat(desired.toCreate(broken)).isEqualTo(broken);
    }

    private static Bytes definition(String uid, String rest) {
        return json("{'kind':'CustomResourceDefinition','apiVersion':'apiextensions.k8s.io/v1','metadata':{'uid':'"
                + uid + "'}," + rest + "}");
    }

    private static Bytes json(String text) {
        return Bytes.utf8(text.replace('\'', '"'));
    }
}
